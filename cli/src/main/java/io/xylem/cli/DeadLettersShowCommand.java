package io.xylem.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = {
            "Shows one dead letter: its origin, what was wrong, and its bytes, hexadecimal and as text.",
            "-o wide and -o json add the stack trace."
        },
        mixinStandardHelpOptions = true)
final class DeadLettersShowCommand extends BaseCommand {
    @Parameters(paramLabel = "ID", description = "PARTITION:OFFSET, as `xylem dead-letters list` shows it.")
    private String id = "";

    @Mixin
    private Connection connection = new Connection();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        DeadLetter letter = DeadLettersCommand.read(connection.client("consumer."), List.of(id))
                .getFirst();
        if (output.isJson()) {
            ObjectNode json = letter.json().put("stackTrace", letter.stackTrace());
            out().println(json.toPrettyString());
        } else {
            print(letter);
        }
        return 0;
    }

    private void print(DeadLetter letter) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("id", letter.id());
        facts.put("time", letter.time().toString());
        facts.put("origin", letter.originText());
        facts.put("key", letter.key());
        facts.put("replay of", letter.replayedFrom());
        letter.headers().forEach((name, value) -> facts.put("header " + name, value));
        facts.put("exception", letter.exception());
        facts.put("message", letter.message());
        facts.forEach((name, value) -> {
            if (!value.isEmpty()) {
                out().println("%-10s %s".formatted(name, value));
            }
        });
        out().println("%-10s %d".formatted("bytes", letter.bytes().length));
        HexDump.print(letter.bytes(), out());
        if (output.isWide()) {
            out().println();
            out().println(letter.stackTrace().stripTrailing());
        }
        out().flush();
    }
}
