package io.xylem.cli;

import io.xylem.cli.cluster.ClusterState;
import io.xylem.cli.cluster.WorkerApi;
import java.io.IOException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a worker's proxy answers. One of the two. */
final class WorkerAt {
    @Option(names = "--worker", paramLabel = "NAME", description = "A worker of the development cluster.")
    private @Nullable String worker;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The worker's HTTP address elsewhere (its xylem.http.listen).")
    private @Nullable String url;

    String name() {
        return worker != null ? worker : String.valueOf(url);
    }

    WorkerApi api(DevClusterDir directory) throws IOException {
        return url != null ? new WorkerApi(url) : of(directory.running(), String.valueOf(worker));
    }

    /** @throws CommandException if the development cluster has no such worker */
    static WorkerApi of(ClusterState cluster, String worker) {
        return new WorkerApi(cluster.worker(worker)
                .orElseThrow(() -> new CommandException("the development cluster has no worker '" + worker
                        + "'; it has "
                        + cluster.workers().stream()
                                .map(ClusterState.Worker::name)
                                .collect(Collectors.joining(", "))))
                .url());
    }
}
