package io.xylem.cli;

import io.xylem.balancing.Policies;
import io.xylem.balancing.PolicyException;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The balancing policies of the cluster, those in jars too: what they are called, and which addresses are theirs. */
final class PoliciesOption {
    @Option(
            names = "--policies",
            paramLabel = "DIR",
            description = "Directory with the jars of further balancing policies, as the allocator has it (default:"
                    + " " + Policies.DIRECTORY_SETTING + " of --config; of the development cluster, its own).")
    private @Nullable Path directory;

    Policies of(Connection connection) throws IOException {
        try {
            return Policies.load(directory == null ? connection.policiesDirectory() : directory.toString());
        } catch (PolicyException e) {
            throw new CommandException(String.valueOf(e.getMessage()));
        }
    }
}
