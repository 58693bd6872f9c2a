package io.xylem.cli.demo;

import static io.xylem.schemas.AvroWords.toModel;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.xylem.cli.cluster.Child;
import io.xylem.cli.cluster.ClusterState;
import io.xylem.cli.cluster.DevCluster;
import io.xylem.cli.cluster.LocalHttp;
import io.xylem.cli.cluster.Progress;
import io.xylem.cli.cluster.Requirements;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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
    private static final Duration PATIENCE = Duration.ofMinutes(3);

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
        List<String> missing = Requirements.missing();
        assumeTrue(
                System.getenv("CI") != null || missing.isEmpty(), () -> "this machine allows no workers: " + missing);
        cluster = new DevCluster(dir);
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
                    new ServiceRegistered(S, List.of()),
                    new ServiceRegistered(C, List.of()),
                    new InstanceScheduled(C, 1, "w1", 1),
                    new InstanceScheduled(S, 1, "w2", 1),
                    new InstanceScheduled(S, 2, "w2", 1)));
            attach(demo, "w2", S, 1).serve("S1");
            attach(demo, "w2", S, 2).serve("S2");
            DemoInstance client = attach(demo, "w1", C, 1);
            demo.awaitReady(Map.of(S + "#1", "w2", S + "#2", "w2", C + "#1", "w1"));
            String serviceIp = toModel(outcomes.get(2).getServiceIps())
                    .getFirst()
                    .address()
                    .v4()
                    .toString();
            traffic = new Traffic(client, serviceIp);
        }
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
        int before = traffic.failures();

        CONTROL_PLANE.forEach(this::kill);
        traffic.awaitAnswers(200);
        assertThat(traffic.failures()).as("without the control plane").isEqualTo(before);

        restartClientsWorker();
        traffic.awaitAnswers(200);
        assertThat(traffic.failuresSinceRestart())
                .as("restarted without the control plane")
                .isZero();

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
        assertThat(traffic.failuresSinceRestart())
                .as("while it caught up with the removal")
                .isZero();
    }

    private void startControlPlane() {
        CONTROL_PLANE.reversed().forEach(this::start);
        for (int port : List.of(state.ports().allocator(), state.ports().routing())) {
            await().atMost(PATIENCE)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .until(() -> LocalHttp.send("GET", "http://127.0.0.1:" + port + "/health/ready", null, PATIENCE)
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

    /** Asks one request after the other. */
    private static final class Traffic implements AutoCloseable {
        private static final int LAST = 20;

        private final DemoInstance client;
        private final String address;
        private final Thread thread;
        private final List<String> lastServers = new ArrayList<>();
        private volatile boolean running = true;
        private int answers;
        private int failures;
        private boolean answeredSinceRestart;
        private int failuresSinceRestart;

        Traffic(DemoInstance client, String address) {
            this.client = client;
            this.address = address;
            thread = Thread.ofPlatform().start(this::run);
        }

        private void run() {
            while (running) {
                try {
                    answered(client.get(address).server());
                } catch (IOException e) {
                    failed(e);
                }
            }
        }

        private synchronized void answered(String server) {
            answers++;
            answeredSinceRestart = true;
            lastServers.add(server);
            if (lastServers.size() > LAST) {
                lastServers.removeFirst();
            }
        }

        private synchronized void failed(IOException e) {
            failures++;
            failuresSinceRestart += answeredSinceRestart ? 1 : 0;
            System.out.println("a request failed: " + e.getMessage());
        }

        /** What fails until the first answer is the restart's. */
        synchronized void restarted() {
            answeredSinceRestart = false;
            failuresSinceRestart = 0;
            lastServers.clear();
        }

        synchronized int failures() {
            return failures;
        }

        synchronized int failuresSinceRestart() {
            return failuresSinceRestart;
        }

        private synchronized int answers() {
            return answers;
        }

        private synchronized Set<String> servers() {
            return lastServers.size() < LAST ? Set.of() : new HashSet<>(lastServers);
        }

        void awaitAnswers(int more) {
            int enough = answers() + more;
            await().atMost(PATIENCE).until(() -> answers() >= enough);
        }

        /** Until the last few are of these, and of each of them. */
        void awaitAnswersOf(Set<String> expected) {
            await().atMost(PATIENCE).until(() -> servers().equals(expected));
        }

        @Override
        public void close() {
            running = false;
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
