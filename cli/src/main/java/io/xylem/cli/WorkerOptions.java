package io.xylem.cli;

import io.xylem.cli.cluster.ClusterState;
import io.xylem.cli.cluster.WorkerApi;
import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.io.IOException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which instance, at which worker. */
final class WorkerOptions {
    /** One of the two. */
    static final class Where {
        @Option(names = "--worker", paramLabel = "NAME", description = "A worker of the development cluster.")
        private @Nullable String worker;

        @Option(
                names = "--url",
                paramLabel = "URL",
                description = "The worker's HTTP address elsewhere (its xylem.http.listen).")
        private @Nullable String url;
    }

    @ArgGroup(multiplicity = "1")
    private Where where = new Where();

    @Option(names = "--service", required = true, paramLabel = "NAME", description = "app.namespace.service.namespace")
    private String service = "";

    @Option(names = "--instance", required = true, paramLabel = "N", description = "The instance's number.")
    private int instance;

    @Mixin
    private DevClusterDir directory = new DevClusterDir();

    InstanceName name() {
        try {
            return new InstanceName(ServiceName.parse(service), instance);
        } catch (IllegalArgumentException e) {
            throw new CommandException("INVALID_NAME: " + e.getMessage());
        }
    }

    String workerName() {
        return where.worker != null ? where.worker : String.valueOf(where.url);
    }

    WorkerApi api() throws IOException {
        if (where.url != null) {
            return new WorkerApi(where.url);
        }
        ClusterState cluster = directory.running();
        return new WorkerApi(cluster.worker(String.valueOf(where.worker))
                .orElseThrow(() -> new CommandException("the development cluster has no worker '" + where.worker
                        + "'; it has "
                        + cluster.workers().stream()
                                .map(ClusterState.Worker::name)
                                .collect(Collectors.joining(", "))))
                .url());
    }
}
