package io.xylem.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "list",
        description = "Lists the dead letters that are kept (30 days), oldest first within a partition.",
        mixinStandardHelpOptions = true)
final class DeadLettersListCommand extends BaseCommand {
    private static final int MESSAGE_WIDTH = 80;

    @Mixin
    private Connection connection = new Connection();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        Collection<DeadLetter> letters =
                DeadLettersCommand.read(connection.client("consumer.")).values();
        if (output.isJson()) {
            ObjectNode list = JsonNodeFactory.instance.objectNode();
            var items = list.putArray("items");
            letters.forEach(letter -> items.add(letter.json()));
            out().println(list.toPrettyString());
        } else if (letters.isEmpty()) {
            err().println("no dead letters");
        } else {
            print(letters);
        }
        return 0;
    }

    private void print(Collection<DeadLetter> letters) {
        var table = new Table(List.of("ID", "TIME", "ORIGIN", "KEY", "BYTES", "REPLAY OF", "EXCEPTION", "MESSAGE"));
        for (DeadLetter letter : letters) {
            String message = letter.message().lines().findFirst().orElse("");
            boolean whole = output.isWide() || message.length() <= MESSAGE_WIDTH;
            table.row(List.of(
                    letter.id(),
                    letter.time().toString(),
                    letter.originText(),
                    letter.key(),
                    Integer.toString(letter.bytes().length),
                    letter.replayedFrom(),
                    letter.shortException(),
                    whole ? message : message.substring(0, MESSAGE_WIDTH) + "…"));
        }
        table.print(out());
    }
}
