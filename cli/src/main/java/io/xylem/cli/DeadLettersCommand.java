package io.xylem.cli;

import io.xylem.schemas.Topics;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;

@Command(
        name = "dead-letters",
        description = "The records that nobody could read: where they were, why, and their bytes.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {DeadLettersListCommand.class, DeadLettersShowCommand.class, DeadLettersReplayCommand.class})
final class DeadLettersCommand extends BaseCommand {
    @Override
    public Integer call() {
        throw wrongUsage("a command is missing: list, show, or replay");
    }

    /** All that are kept, by partition and offset; their ids as keys. */
    static Map<String, DeadLetter> read(Map<String, Object> client) {
        var letters = new LinkedHashMap<String, DeadLetter>();
        WholeTopic.read(Topics.DEAD_LETTERS.name(), client, new ByteArrayDeserializer(), rec -> {
            DeadLetter letter = DeadLetter.of(rec);
            letters.put(letter.id(), letter);
        });
        return letters;
    }

    /** Those that are named, in that order, each once. @throws CommandException if one of them is not there */
    static List<DeadLetter> read(Map<String, Object> client, List<String> ids) {
        Map<String, DeadLetter> letters = read(client);
        Set<String> missing = new LinkedHashSet<>(ids);
        missing.removeAll(letters.keySet());
        if (!missing.isEmpty()) {
            throw new CommandException(
                    "there is no dead letter " + String.join(", ", missing) + " among the " + letters.size()
                            + " that are kept; an id is PARTITION:OFFSET, `xylem dead-letters list` shows them");
        }
        return new LinkedHashSet<>(ids).stream().map(letters::get).toList();
    }
}
