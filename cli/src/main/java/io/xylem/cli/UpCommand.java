package io.xylem.cli;

import io.xylem.cli.cluster.Child;
import io.xylem.cli.cluster.ClusterState;
import io.xylem.cli.cluster.DevCluster;
import io.xylem.publish.XylemPublisher;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WorkerJoined;
import io.xylem.schemas.json.IdSource;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "up",
        description = {
            "Starts a development cluster on this machine and leaves it running: a Kafka broker, a schema registry, the"
                    + " allocator, the routing stream, and workers, each in a network namespace of its own.",
            "All of it listens on the loopback address, on ports that are free; data and logs are in one directory."
        },
        mixinStandardHelpOptions = true)
final class UpCommand extends BaseCommand {
    static final int TUNNEL_PORT = 50_103;

    private static final int DEFAULT_WORKERS = 2;
    private static final int OUTCOME_PATIENCE_S = 60;

    @Option(
            names = "--workers",
            paramLabel = "N",
            description = "Workers w1 to wN; those that the cluster has stay (default: 2 for a new one).")
    private @Nullable Integer workers;

    @Option(
            names = "--override",
            paramLabel = "KEY=VALUE",
            description = "One setting of allocator, routing and workers, e.g. xylem.tunnel.encryption=on; may be given"
                    + " more than once. It stays, in settings.properties of the cluster's directory.")
    private Map<String, String> overrides = new LinkedHashMap<>();

    @Mixin
    private DevClusterDir directory = new DevClusterDir();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException, ExecutionException, InterruptedException {
        if (workers != null && (workers < 0 || workers > 254)) {
            throw wrongUsage("--workers takes 0 to 254, not " + workers);
        }
        DevCluster cluster = directory.cluster();
        Optional<ClusterState> before = cluster.state();
        if (!overrides.isEmpty()
                && before.stream().flatMap(known -> known.processes().stream()).anyMatch(Child::alive)) {
            throw new CommandException("the cluster in " + cluster.dir()
                    + " is running, and settings reach its parts when they start: `xylem down`, then this again");
        }
        int number = workers != null
                ? workers
                : before.map(known -> known.workers().size()).orElse(DEFAULT_WORKERS);
        List<String> names =
                IntStream.rangeClosed(1, number).mapToObj(n -> "w" + n).toList();
        Optional<ClusterState> running = cluster.running();
        if (running.isPresent()
                && names.stream().allMatch(name -> running.get().worker(name).isPresent())) {
            err().println("The cluster in " + cluster.dir() + " is running already.");
            print(cluster, running.get());
            return 0;
        }
        var progress = new ProgressLines(err());
        ClusterState started = cluster.up(names, overrides, progress);
        join(started);
        progress.done("workers", started.workers().size() + " joined");
        print(cluster, started);
        return 0;
    }

    private void print(DevCluster cluster, ClusterState state) {
        if (output.isJson()) {
            out().println(ClusterJson.of(cluster, state).toPrettyString());
            return;
        }
        out().println("Kafka     " + state.bootstrap());
        out().println("Registry  " + state.registryUrl());
        out().println("Data      " + cluster.dir());
        out().println("Try       xylem get workers; xylem status; xylem down");
    }

    /** Each worker joins, as an orchestrator would say it; one that has joined before is there already. */
    private static void join(ClusterState cluster) throws ExecutionException, InterruptedException {
        IdSource ids = IdSource.uuidV7(Clock.systemUTC(), new SecureRandom());
        try (var publisher = new XylemPublisher(Map.of(
                "bootstrap.servers", cluster.bootstrap(),
                "schema.registry.url", cluster.registryUrl(),
                "auto.register.schemas", false))) {
            var outcomes = new ArrayList<CompletableFuture<Outcome>>();
            for (ClusterState.Worker worker : cluster.workers()) {
                outcomes.add(publisher
                        .publish(new DeploymentEvent(
                                "main",
                                ids.next(),
                                Clock.systemUTC().millis(),
                                new WorkerJoined(
                                        worker.name(),
                                        "dev",
                                        new UnderlayEndpoint(worker.underlayAddress(), TUNNEL_PORT),
                                        null,
                                        null)))
                        .orTimeout(OUTCOME_PATIENCE_S, TimeUnit.SECONDS));
            }
            for (CompletableFuture<Outcome> future : outcomes) {
                Outcome outcome = future.get();
                if (outcome.getStatus() != OutcomeStatus.ACCEPTED) {
                    throw new CommandException(
                            "a worker could not join: " + outcome.getCode() + ": " + outcome.getMessage());
                }
            }
        }
    }
}
