package io.xylem.cli.demo;

import static io.xylem.schemas.AvroWords.toModel;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.cli.Cli;
import io.xylem.cli.Exported;
import io.xylem.cli.PolicyJar;
import io.xylem.cli.Skip;
import io.xylem.cli.Watched;
import io.xylem.cli.cluster.Child;
import io.xylem.cli.cluster.ClusterState;
import io.xylem.cli.cluster.DevCluster;
import io.xylem.cli.cluster.LocalHttp;
import io.xylem.cli.cluster.Progress;
import io.xylem.model.ServiceIp;
import io.xylem.schemas.avro.AddressRequest;
import io.xylem.schemas.avro.InstanceRemoved;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.ServiceRegistered;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WorkerJoined;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client on w1 asks a service on w2 all the time, while the control plane and then w1's proxy come and go. */
class ControlPlaneDownIT {
    private static final String S = "A.prod.S.prod";
    private static final String C = "A.prod.C.prod";
    private static final List<String> CONTROL_PLANE = List.of("allocator", "routing", "registry", "broker");
    private static final String CLIENTS_WORKER = "worker-w1";
    static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    private Path dir;

    private DevCluster cluster;
    private ClusterState state;
    private Traffic traffic;
    private final Map<String, List<String>> commands = new TreeMap<>();
    private final Map<String, ProcessHandle> processes = new TreeMap<>();
    private final List<DemoInstance> instances = new ArrayList<>();

    @BeforeEach
    void up() throws IOException {
        Skip.unlessWorkersAreAllowed();
        cluster = new DevCluster(dir);
        PolicyJar.dropInto(cluster.policies());
        state = cluster.up(List.of("w1", "w2"), Progress.SILENT);
        for (Child child : state.processes()) {
            processes.put(child.name(), ProcessHandle.of(child.pid()).orElseThrow());
            // ProcessHandle tells no arguments when they are longer than a page, as a class path is.
            String command = Files.readString(Path.of("/proc/" + child.pid() + "/cmdline"));
            commands.put(child.name(), List.of(command.split("\0", 0)));
        }
        try (DemoCluster demo = new DemoCluster(cluster, state)) {
            List<Outcome> outcomes = demo.publish(List.of(
                    joined("w1"),
                    joined("w2"),
                    new ServiceRegistered(
                            S,
                            List.of(new AddressRequest("RR", null, null), new AddressRequest("primary", null, null))),
                    new ServiceRegistered(C, List.of()),
                    new InstanceScheduled(C, 1, "w1", 1),
                    new InstanceScheduled(S, 1, "w2", 1),
                    new InstanceScheduled(S, 2, "w2", 1)));
            attach(demo, "w2", S, 1).serve("S1");
            attach(demo, "w2", S, 2).serve("S2");
            DemoInstance client = attach(demo, "w1", C, 1);
            demo.awaitReady(Map.of(S + "#1", "w2", S + "#2", "w2", C + "#1", "w1"));
            List<ServiceIp> ips = toModel(outcomes.get(2).getServiceIps());
            askPolicyOfTheJar(client, address(ips, "primary"));
            traffic = new Traffic(client, address(ips, "RR"));
        }
    }

    private static String address(List<ServiceIp> ips, String policy) {
        return ips.stream()
                .filter(ip -> ip.ipType().equals(policy))
                .findFirst()
                .orElseThrow()
                .address()
                .v4()
                .toString();
    }

    /** Allocator, proxies and this command have it from the folder of the cluster. */
    private void askPolicyOfTheJar(DemoInstance client, String primary) throws IOException {
        for (int i = 0; i < 20; i++) {
            assertThat(client.get(primary).server()).isEqualTo("S1");
        }
        Path sla = Files.writeString(dir.resolve("sla.json"), """
                {"applications":[{"application_name":"sla","application_namespace":"prod","microservices":[
                {"microservice_name":"db","microservice_namespace":"prod","addresses":{"primary_ip":""}}]}]}""");
        Cli.Result published = Cli.run("publish", sla.toString(), "-o", "json", "--dir", dir.toString());
        assertThat(published.out()).as(published.err()).contains("\"IpType\":\"primary\"", "fdff:6000::2");
        Cli.Result verified = Cli.run("audit", "verify", "--from-start", "--dir", dir.toString());
        assertThat(verified.out()).as(verified.err()).contains("clean: ");
    }

    private WorkerJoined joined(String worker) {
        return new WorkerJoined(
                worker,
                "it",
                new UnderlayEndpoint(state.worker(worker).orElseThrow().underlayAddress(), 50_103),
                null,
                null);
    }

    private DemoInstance attach(DemoCluster demo, String worker, String service, int number) throws IOException {
        DemoInstance instance = demo.newInstance(service.charAt(7) + "" + number);
        instances.add(instance);
        var _ = demo.worker(worker).attach(service, number, instance.netns(), PATIENCE);
        return instance;
    }

    @AfterEach
    void down() throws IOException {
        if (traffic != null) {
            traffic.close();
        }
        instances.forEach(DemoInstance::close);
        processes.values().forEach(ProcessHandle::destroyForcibly);
        processes.values().forEach(process -> process.onExit().join());
        if (cluster != null) {
            cluster.down(Progress.SILENT);
        }
    }

    @Test
    void aWorkerForwardsAndRestartsWithoutItAndCatchesUpWhenItReturns() throws Exception {
        traffic.awaitAnswersOf(Set.of("S1", "S2"));
        whatOperatorsAreToWatchIsExported();
        int before = traffic.failures();

        CONTROL_PLANE.forEach(this::kill);
        traffic.awaitAnswers(200);
        assertThat(traffic.failures()).as("without the control plane").isEqualTo(before);

        restartClientsWorker();
        traffic.awaitAnswers(200);
        assertThat(traffic.failuresSinceRestart())
                .as("restarted without the control plane")
                .isEmpty();

        startControlPlane();
        kill(CLIENTS_WORKER);
        try (DemoCluster demo = new DemoCluster(cluster, state)) {
            var _ = demo.publish(List.of(new InstanceRemoved(S, 2)));
        }
        CONTROL_PLANE.forEach(this::kill);
        restartClientsWorker();
        traffic.awaitAnswersOf(Set.of("S1", "S2"));

        startControlPlane();
        traffic.awaitAnswersOf(Set.of("S1"));
        // It was removed without draining: a connection that is with it in that moment is reset, and traffic has one.
        assertThat(traffic.failuresSinceRestart())
                .as("while it caught up with the removal")
                .hasSizeLessThanOrEqualTo(1);
    }

    /** Here, because all three roles run and have done something. */
    private void whatOperatorsAreToWatchIsExported() throws IOException {
        String scheduled =
                "{\"type\":\"InstanceScheduled\",\"service\":\"" + S + "\",\"instance\":3,\"worker\":\"nobody\"}";
        Path rejected = Files.writeString(dir.resolve("rejected.jsonl"), scheduled);
        assertThat(Cli.run("publish", rejected.toString(), "--dir", dir.toString())
                        .status())
                .isEqualTo(1);
        var exported = new Exported(
                metrics("http://127.0.0.1:" + state.ports().allocator()),
                metrics(state.routingUrl()),
                metrics(state.worker("w1").orElseThrow().url()));
        assertThat(Stream.concat(Watched.byTheDashboard().stream(), Watched.byTheTable().stream())
                        .flatMap(query -> exported.missing(query.promQl(), query.labels()).stream()))
                .as("in docs/grafana-dashboard.json or docs/operations.md, and not exported")
                .isEmpty();
    }

    private static String metrics(String url) throws IOException {
        return LocalHttp.send("GET", url + "/metrics", null, PATIENCE).body();
    }

    private void startControlPlane() {
        CONTROL_PLANE.reversed().forEach(this::start);
        // The streams may be ready before the registry answers, which who publishes needs.
        for (String ready : List.of(
                state.ports().registry() + "/apis/ccompat/v7/subjects",
                state.ports().allocator() + "/health/ready",
                state.ports().routing() + "/health/ready")) {
            await().atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> LocalHttp.send("GET", "http://127.0.0.1:" + ready, null, PATIENCE)
                                    .status()
                            == 200);
        }
    }

    private void restartClientsWorker() {
        kill(CLIENTS_WORKER);
        start(CLIENTS_WORKER);
        traffic.restarted();
    }

    /**
     * Broker and workers without a chance to say goodbye. The streams leave their groups: else those who come after them
     * wait for the end of their sessions, which is not what is tested.
     */
    private void kill(String name) {
        ProcessHandle process = requireNonNull(processes.get(name));
        boolean orderly = name.equals("allocator") || name.equals("routing");
        if (process.isAlive()) {
            assertThat(orderly ? process.destroy() : process.destroyForcibly()).isTrue();
        }
        await().atMost(PATIENCE).until(() -> !process.isAlive());
    }

    private void start(String name) {
        try {
            processes.put(
                    name,
                    new ProcessBuilder(requireNonNull(commands.get(name)))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(
                                    dir.resolve("logs").resolve(name + ".log").toFile()))
                            .start()
                            .toHandle());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
