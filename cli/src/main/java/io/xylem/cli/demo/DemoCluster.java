package io.xylem.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.cli.cluster.Await;
import io.xylem.cli.cluster.ClusterState;
import io.xylem.cli.cluster.DevCluster;
import io.xylem.cli.cluster.LocalHttp;
import io.xylem.cli.cluster.WorkerApi;
import io.xylem.publish.XylemPublisher;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import io.xylem.schemas.json.IdSource;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** What the demo asks of its cluster, each thing waited for until it holds everywhere. */
final class DemoCluster implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final DevCluster cluster;
    private final ClusterState state;
    private final XylemPublisher publisher;
    private final IdSource ids = IdSource.uuidV7(Clock.systemUTC(), new SecureRandom());

    DemoCluster(DevCluster cluster, ClusterState state) {
        this.cluster = cluster;
        this.state = state;
        this.publisher = new XylemPublisher(Map.of(
                "bootstrap.servers", state.bootstrap(),
                "schema.registry.url", state.registryUrl(),
                "auto.register.schemas", false));
    }

    /** Publishes the events in their order and returns their outcomes, all of them accepted. */
    List<Outcome> publish(List<?> bodies) throws IOException {
        var futures = new ArrayList<CompletableFuture<Outcome>>();
        for (Object body : bodies) {
            var event =
                    new DeploymentEvent("main", ids.next(), Clock.systemUTC().millis(), body);
            futures.add(publisher.publish(event).orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS));
        }
        var outcomes = new ArrayList<Outcome>();
        for (CompletableFuture<Outcome> future : futures) {
            Outcome outcome = await(future);
            if (outcome.getStatus() != OutcomeStatus.ACCEPTED) {
                throw new DemoException(
                        outcome.getType() + " was rejected: " + outcome.getCode() + ": " + outcome.getMessage());
            }
            outcomes.add(outcome);
        }
        return outcomes;
    }

    private static Outcome await(CompletableFuture<Outcome> future) throws IOException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IOException("an event has no outcome: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    DemoInstance newInstance(String name) throws IOException {
        return new DemoInstance(cluster.addNamespace(name));
    }

    WorkerApi worker(String name) {
        return new WorkerApi(state.worker(name).orElseThrow().url());
    }

    private record ReadyRoute(String service, String worker, long version) {}

    /** Waits until the instances ({@code service#number}) are ready on their workers, and all whom it concerns know it. */
    void awaitReady(Map<String, String> workerOf) throws IOException {
        var seen = new Object() {
            String routes = "";
            final List<ReadyRoute> ready = new ArrayList<>();
        };
        boolean ready = Await.<IOException>until(PATIENCE, () -> {
            LocalHttp.Reply reply = LocalHttp.send("GET", state.routingUrl() + "/routes", null, PATIENCE);
            seen.routes = reply.body();
            if (reply.status() != 200) {
                return false; // routing moves its store
            }
            seen.ready.clear();
            for (JsonNode route : JSON.readTree(reply.body())) {
                String service = route.path("service").asText();
                String worker = route.path("worker").asText();
                if (worker.equals(workerOf.get(
                                service + "#" + route.path("instance").asText()))
                        && route.path("readiness").asText().equals("READY")) {
                    seen.ready.add(new ReadyRoute(
                            service, worker, route.path("version").asLong()));
                }
            }
            return seen.ready.size() == workerOf.size();
        });
        if (!ready) {
            throw new DemoException("not all of " + workerOf.keySet() + " were ready within " + PATIENCE.toSeconds()
                    + " s; the routes are " + seen.routes);
        }
        for (ClusterState.Worker worker : state.workers()) {
            WorkerApi api = new WorkerApi(worker.url());
            if (!Await.<IOException>until(PATIENCE, () -> hasApplied(api.status(), worker.name(), seen.ready))) {
                throw new DemoException("worker " + worker.name() + " did not apply the routes " + seen.ready
                        + " within " + PATIENCE.toSeconds() + " s; its status is " + api.status());
            }
        }
    }

    /** Of the routes on this worker, and of those of services that it hears of. */
    private static boolean hasApplied(JsonNode status, String worker, List<ReadyRoute> routes) {
        long applied = status.path("appliedVersion").asLong(-1);
        return routes.stream()
                .filter(route -> route.worker().equals(worker) || WorkerApi.hearsOf(status, route.service()))
                .allMatch(route -> applied >= route.version());
    }

    @Override
    public void close() {
        publisher.close();
    }
}
