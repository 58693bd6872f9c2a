package io.xylem.cli.demo;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.cli.Cli;
import io.xylem.cli.Skip;
import io.xylem.cli.cluster.ChangingProcesses;
import io.xylem.cli.cluster.DecidedLog;
import io.xylem.cli.cluster.DevCluster;
import io.xylem.cli.cluster.LocalHttp;
import io.xylem.cli.cluster.MixedEvents;
import io.xylem.cli.cluster.PreviousRelease;
import io.xylem.cli.cluster.Progress;
import io.xylem.cli.cluster.Release;
import io.xylem.cli.cluster.SteadyLoad;
import io.xylem.cli.cluster.TopicLog;
import io.xylem.cli.cluster.UndisturbedRun;
import io.xylem.cli.cluster.WorkerApi;
import io.xylem.publish.XylemPublisher;
import io.xylem.schemas.Applications;
import io.xylem.schemas.SchemaAdmin;
import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import io.xylem.schemas.avro.ServiceRegistered;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The steps of docs/operations.md, "Upgrades", from the previous commit's version to this one and, if that reads the state of this one, back, one process after
 * the other, under load and with a connection that lives through all of it.
 */
class RollingUpgradeIT {
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final String REALM = "load";
    private static final String S = "A.prod.S.prod";
    private static final String C = "A.prod.C.prod";
    private static final String HASHES = "xylem.hash.interval.events";
    private static final int HASH_INTERVAL = 100;

    /** What Streams keeps under these names, or finds state by. Sinks and processors may come and go. */
    private static final Pattern KEPT = Pattern.compile("Sub-topology: \\d+|topics: \\[.*?]|stores: \\[.*?]");

    @TempDir
    private Path dir;

    private Release before;
    private final Release after = Release.current();
    private ChangingProcesses processes;
    private XylemPublisher publisher;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Map<Integer, String> instanceIps = new HashMap<>();
    private DemoInstance client;

    @BeforeEach
    void startTheOldVersion() throws Exception {
        Skip.unlessWorkersAreAllowed();
        before = PreviousRelease.build();
        System.out.println("RollingUpgradeIT -Dseed=" + SEED);
        processes = ChangingProcesses.up(dir, before, 2);
        publisher =
                new XylemPublisher(clients(), clients(), new XylemPublisher.Limits(4096, ChangingProcesses.PATIENCE));
        open.add(publisher);
        for (String service : List.of(S, C)) {
            var _ = publish(new ServiceRegistered(service, List.of()));
        }
        client = attach("w1", C, 1);
        for (String setting : List.of("num.standby.replicas=1", HASHES + "=" + HASH_INTERVAL)) {
            processes.configure("allocator", setting);
        }
        processes.restart("allocator", before);
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable part : open.reversed()) {
            part.close();
        }
        if (processes != null) {
            processes.close();
        }
        var _ = new DevCluster(dir).down(Progress.SILENT); // also of one that did not come up
    }

    @Test
    void eachEventHasOneOutcomeAndNoFlowIsBrokenWhileVersionsChange() throws Exception {
        Path standbysState = processes.add("standby", "allocator");
        DemoInstance server = attach("w2", S, 1);
        var load = new SteadyLoad(publisher, new MixedEvents(REALM, SEED));
        open.add(load);
        decideMore(load);
        List<String> kept = kept("allocator");
        Set<String> internal = internalTopics();

        bringSchemasAndTopics();

        processes.start("standby", after);
        processes.await("the new standby has the state", () -> hasStore(standbysState));
        processes.stop("allocator");
        decideMore(load);
        // A worker that is away for longer is lost, and its flows with it. What starts here may take long.
        processes.configure("routing", "xylem.liveness.timeout.ms=" + ChangingProcesses.PATIENCE.toMillis());
        processes.restart("routing", after);
        assertThat(kept("standby")).isEqualTo(kept);
        attach("w2", S, 2); // of old proxies by new routing
        var flow = HeldConnection.open(client, server, requireNonNull(instanceIps.get(1)));
        open.add(flow);
        flow.ask();
        processes.restart("worker-w1", after);
        flow.ask();
        processes.restart("worker-w2", after);
        flow.ask();
        attach("w2", S, 3);

        boolean isWayBack = before.stateFormat() == after.stateFormat();
        if (isWayBack) {
            // In the other order.
            processes.restart("worker-w1", before);
            flow.ask();
            processes.restart("routing", before);
            processes.start("allocator", before);
            processes.stop("standby");
            decideMore(load);
        } else {
            System.out.println("RollingUpgradeIT: no way back, the old version does not read the new one's state");
        }
        attach("w1", S, 4);
        flow.ask();
        assertThat(internalTopics()).isEqualTo(internal);

        count(load.end(), isWayBack ? "allocator" : "standby");
    }

    /** @param allocator that decides at last */
    private void count(List<String> published, String allocator) throws Exception {
        var decided = new DecidedLog(clients());
        for (String name : List.of("worker-w1", "worker-w2", "routing")) {
            processes.stop(name); // they have more to observe
        }
        processes.await(
                "an outcome of each event",
                () -> decided.log(Topics.OUTCOMES).size()
                        >= decided.log(Topics.DEPLOYMENT_EVENTS).size());
        processes.stop(allocator);
        TopicLog events = decided.log(Topics.DEPLOYMENT_EVENTS);
        TopicLog outcomes = decided.log(Topics.OUTCOMES);
        List<DeploymentEvent> decoded = decided.values(Topics.DEPLOYMENT_EVENTS, events);
        assertThat(outcomes.keys(0))
                .as("an outcome each, in the order of the events")
                .isEqualTo(decoded.stream().map(DeploymentEvent::getId).toList());
        assertThat(decoded.stream()
                        .filter(event -> event.getId().startsWith(REALM + "-"))
                        .map(DeploymentEvent::getId))
                .as("the log has what was published, once")
                .isEqualTo(published);
        assertThat(decided.values(Topics.OUTCOMES, outcomes).stream()
                        .filter(outcome -> outcome.getStatus() == OutcomeStatus.ACCEPTED)
                        .count())
                .isBetween(events.size() / 5L, events.size() * 4L / 5);
        System.out.printf("RollingUpgradeIT: %d events, %d outcomes%n", events.size(), outcomes.size());
        Cli.Result audit = cli("audit", "verify", "--from-start", "-o", "json");
        assertThat(audit.status()).as(audit.out() + audit.err()).isZero();
        assertThat(new ObjectMapper().readTree(audit.out()).path("clean").asBoolean())
                .isTrue();
        Map<String, String> settings = Map.of(HASHES, Integer.toString(HASH_INTERVAL));
        try (var calm = UndisturbedRun.of(
                events, dir.resolve("calm"), processes.cluster().registryUrl(), settings)) {
            assertThat(decided.addresses(outcomes)).isEqualTo(decided.addresses(calm.read(Topics.OUTCOMES)));
            assertThat(decided.hashes(decided.log(Topics.STATE_HASHES)))
                    .hasSizeGreaterThan(published.size() / HASH_INTERVAL / 2)
                    .isEqualTo(decided.hashes(calm.read(Topics.STATE_HASHES)));
        }
    }

    /** As `topics create` does it, and the registry says before whether it would refuse. */
    private void bringSchemasAndTopics() {
        var admin = new SchemaAdmin(clients());
        for (Topic<?> topic : Topics.all()) {
            topic.valueSchema()
                    .ifPresent(schema -> assertThat(admin.objections(topic, schema))
                            .as(topic.name())
                            .isEmpty());
        }
        Cli.Result created = cli("topics", "create");
        assertThat(created.status()).as(created.out() + created.err()).isZero();
    }

    private void decideMore(SteadyLoad load) {
        int enough = load.heard() + 300;
        processes.await("300 more outcomes", () -> load.heard() >= enough);
    }

    /** An instance that answers with its name, and the client reaches it. */
    private DemoInstance attach(String worker, String service, int number) throws Exception {
        var _ = publish(new InstanceScheduled(service, number, worker, 1));
        String name = service.charAt(7) + "" + number;
        var instance = new DemoInstance(new DevCluster(dir).addNamespace(name));
        open.add(instance);
        String url = processes.cluster().worker(worker).orElseThrow().url();
        String address = new WorkerApi(url)
                .attach(service, number, instance.netns(), ChangingProcesses.PATIENCE)
                .at("/instanceIp/v4")
                .asText();
        instance.serve(name);
        if (service.equals(S)) {
            instanceIps.put(number, address);
            await().atMost(ChangingProcesses.PATIENCE)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> client.get(address).server().equals(name));
        }
        return instance;
    }

    private Outcome publish(Object body) {
        String id = "main-" + UUID.nameUUIDFromBytes(body.toString().getBytes(StandardCharsets.UTF_8));
        Outcome outcome =
                publisher.publish(new DeploymentEvent("main", id, 0L, body)).join();
        assertThat(outcome.getStatus()).as(outcome.toString()).isEqualTo(OutcomeStatus.ACCEPTED);
        return outcome;
    }

    /** Of the allocator and of routing. */
    private List<String> kept(String allocator) throws IOException {
        var names = new ArrayList<String>();
        for (String part : List.of(allocator, "routing")) {
            String topology = LocalHttp.send("GET", processes.url(part) + "/topology", null, ChangingProcesses.PATIENCE)
                    .body();
            names.add(KEPT.matcher(topology).results().map(r -> r.group()).collect(Collectors.joining("; ")));
        }
        return names;
    }

    private Set<String> internalTopics() throws Exception {
        try (Admin admin = Admin.create(clients())) {
            return admin.listTopics().names().get().stream()
                    .filter(name ->
                            name.startsWith(Applications.allocator()) || name.startsWith(Applications.routing()))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static boolean hasStore(Path state) throws IOException {
        if (!Files.exists(state)) {
            return false;
        }
        try (var files = Files.walk(state)) {
            return files.anyMatch(file -> file.getFileName().toString().equals("CURRENT")); // RocksDB's
        }
    }

    private Map<String, Object> clients() {
        return Map.of(
                "bootstrap.servers", processes.cluster().bootstrap(),
                "schema.registry.url", processes.cluster().registryUrl(),
                "auto.register.schemas", false);
    }

    private Cli.Result cli(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of(
                "--bootstrap",
                processes.cluster().bootstrap(),
                "--registry",
                processes.cluster().registryUrl()));
        return Cli.run(all.toArray(String[]::new));
    }
}
