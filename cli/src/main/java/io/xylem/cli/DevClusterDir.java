package io.xylem.cli;

import io.xylem.cli.cluster.ClusterState;
import io.xylem.cli.cluster.DevCluster;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --dir}: which development cluster of this machine. */
final class DevClusterDir {
    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Directory of the development cluster (default: .xylem/cluster in the home directory).")
    private @Nullable Path dir;

    DevCluster cluster() {
        return new DevCluster(dir == null ? DevCluster.defaultDir() : dir);
    }

    /** @throws CommandException if it does not run, or not all of it */
    ClusterState running() throws IOException {
        DevCluster cluster = cluster();
        return cluster.running()
                .orElseThrow(() -> new CommandException("no development cluster runs in " + cluster.dir()
                        + ".\n`xylem up` starts one, `xylem status` shows what is left of it; --bootstrap HOST:PORT"
                        + " --registry URL or --config FILE name another cluster."));
    }
}
