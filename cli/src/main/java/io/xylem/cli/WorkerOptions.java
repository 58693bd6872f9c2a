package io.xylem.cli;

import io.xylem.cli.cluster.WorkerApi;
import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.io.IOException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which instance, at which worker. */
final class WorkerOptions {
    @ArgGroup(multiplicity = "1")
    private WorkerAt where = new WorkerAt();

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
        return where.name();
    }

    WorkerApi api() throws IOException {
        return where.api(directory);
    }
}
