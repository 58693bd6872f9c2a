package io.xylem.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.xylem.cli.cluster.ClusterState;
import io.xylem.cli.cluster.DevCluster;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "status",
        description = {
            "Shows the development cluster. Exit status 0 if all of it runs, else 1.",
            "With --worker or --url, one worker: how its packets move and why, hit rates, tables, packets and drops."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  xylem status", "  xylem status --worker w1", "  xylem status --url http://127.0.0.1:9090 -o json"})
final class StatusCommand extends BaseCommand {
    @Mixin
    private DevClusterDir directory = new DevClusterDir();

    @Mixin
    private Output output = new Output();

    @ArgGroup
    private @Nullable WorkerAt where;

    @Override
    public Integer call() throws IOException {
        if (where != null) {
            JsonNode status = where.api(directory).status();
            out().println(output.isJson() ? status.toPrettyString() : new WorkerStatusView(status).text());
            return 0;
        }
        DevCluster cluster = directory.cluster();
        ClusterState state = cluster.state()
                .orElseThrow(() -> new CommandException(
                        "there is no cluster in " + cluster.dir() + "; `xylem up` starts one there"));
        if (output.isJson()) {
            out().println(ClusterJson.of(cluster, state).toPrettyString());
        } else {
            print(cluster, state);
        }
        return ClusterJson.isRunning(state) ? 0 : 1;
    }

    private void print(DevCluster cluster, ClusterState state) {
        out().println("Directory  " + cluster.dir());
        out().println("Kafka      " + state.bootstrap());
        out().println("Registry   " + state.registryUrl());
        if (state.processes().isEmpty()) {
            out().println("\nIt does not run; `xylem up` starts it.");
            return;
        }
        out().println();
        var processes = new Table(List.of("PROCESS", "STATE", "PID", "LOG"));
        state.processes()
                .forEach(process -> processes.row(List.of(
                        process.name(),
                        process.alive() ? "running" : "ended",
                        Long.toString(process.pid()),
                        process.log())));
        processes.print(out());
        out().println();
        var workers = new Table(List.of("WORKER", "UNDERLAY", "NAMESPACE", "URL"));
        state.workers()
                .forEach(worker ->
                        workers.row(List.of(worker.name(), worker.underlayAddress(), worker.netns(), worker.url())));
        workers.print(out());
    }
}
