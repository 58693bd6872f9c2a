package io.xylem.bench;

import io.xylem.broker.FreePorts;
import io.xylem.routing.stream.StreamsSettings;
import io.xylem.schemas.Topic;
import io.xylem.schemas.TopicAdmin;
import io.xylem.schemas.Topics;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.streams.StreamsConfig;

/**
 * One broker in a process of its own, with the catalogue's topics and the yardsticks', one partition each, and the
 * programs under measure, each in a process of its own with the same flags. All files are in one temporary directory.
 */
final class Cluster implements AutoCloseable {
    private static final int BROKER_HEAP_MB = 768;
    private static final int PROGRAM_HEAP_MB = 512;
    private static final int START_SECONDS = 60;
    private static final long POLL_NS = 20_000_000;

    private final TempDir dir;
    private final Setup setup;
    private final Jvm broker;
    private final String bootstrap;

    private Cluster(TempDir dir, Setup setup, Jvm broker, String bootstrap) {
        this.dir = dir;
        this.setup = setup;
        this.broker = broker;
        this.bootstrap = bootstrap;
    }

    static Cluster start(Setup setup) throws Exception {
        return start(setup, TopicAdmin.Layout.DEVELOPMENT.workerPartitions());
    }

    /** @param workerPartitions of worker-routes */
    static Cluster start(Setup setup, int workerPartitions) throws Exception {
        TempDir dir = TempDir.create();
        var ports = new FreePorts();
        int port = ports.next();
        Jvm broker = Jvm.start(
                dir.file("broker.log"),
                BROKER_HEAP_MB,
                List.of(),
                "io.xylem.cli.cluster.BrokerMain",
                dir.file("broker").toString(),
                Integer.toString(port),
                Integer.toString(ports.next()));
        Cluster cluster = new Cluster(dir, setup, broker, "127.0.0.1:" + port);
        try {
            cluster.awaitPort(port);
            cluster.createTopics(workerPartitions);
        } catch (Exception e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    Jvm broker() {
        return broker;
    }

    String bootstrap() {
        return bootstrap;
    }

    /** The allocator as it is delivered, except for the registry. */
    Jvm startAllocator() throws IOException {
        return start("allocator", AllocatorProcess.class, allocatorState(), recording(setup.profile()));
    }

    /**
     * Routing as it is delivered, except for the registry. Workers that share the machine with everything else may be
     * silent for long, and are not lost.
     */
    Jvm startRouting() throws IOException {
        return start(
                "routing",
                RoutingProcess.class,
                dir.file("routing-state"),
                recording(setup.profile().map(file -> file + ".routing")),
                "--override",
                "xylem.liveness.timeout.ms=60000");
    }

    private Jvm start(String name, Class<?> main, Path state, List<String> flags, String... more) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--override",
                "bootstrap.servers=" + bootstrap,
                "--override",
                "schema.registry.url=" + Log.REGISTRY,
                "--override",
                "xylem.latency=" + setup.latency(),
                "--override",
                "state.dir=" + state));
        arguments.addAll(List.of(more));
        return Jvm.start(
                dir.file(name + ".log"), PROGRAM_HEAP_MB, flags, main.getName(), arguments.toArray(String[]::new));
    }

    private static List<String> recording(Optional<String> file) {
        return file.map(name -> List.of(
                        "-XX:+UnlockDiagnosticVMOptions",
                        // Or samples are blamed on the nearest safepoint.
                        "-XX:+DebugNonSafepoints",
                        "-XX:StartFlightRecording:settings=profile,filename=" + name))
                .orElse(List.of());
    }

    /** With the allocator's settings. */
    Jvm startStateless() throws IOException {
        return startStreams(
                Stateless.class, StreamsConfig.EXACTLY_ONCE_V2, setup.latency().commitIntervalMs(), "stateless", "");
    }

    Jvm startPassThrough() throws IOException {
        return startExactlyOnce(PassThrough.FROM, PassThrough.TO);
    }

    /** With the allocator's settings. */
    Jvm startExactlyOnce(String from, String to) throws IOException {
        return startPassThrough(StreamsConfig.EXACTLY_ONCE_V2, setup.latency().commitIntervalMs(), from, to);
    }

    /** With routing's settings. */
    Jvm startAtLeastOnce(String from, String to) throws IOException {
        return startPassThrough(StreamsConfig.AT_LEAST_ONCE, StreamsSettings.COMMIT_INTERVAL_MS, from, to);
    }

    private Jvm startPassThrough(String guarantee, int commitIntervalMs, String from, String to) throws IOException {
        return startStreams(PassThrough.class, guarantee, commitIntervalMs, from, to);
    }

    private Jvm startStreams(Class<?> main, String guarantee, int commitIntervalMs, String from, String to)
            throws IOException {
        return Jvm.start(
                dir.file(from + ".log"),
                PROGRAM_HEAP_MB,
                List.of(),
                main.getName(),
                bootstrap,
                dir.file(from + "-state").toString(),
                Integer.toString(commitIntervalMs),
                Integer.toString(setup.latency().pollMs()),
                guarantee,
                from,
                to);
    }

    /** For who lives as long as the cluster. */
    Path directory(String name) throws IOException {
        return dir.directory(name);
    }

    /** While the allocator is not running. */
    void loseAllocatorState() {
        TempDir.delete(allocatorState());
    }

    private Path allocatorState() {
        return dir.file("allocator-state");
    }

    @Override
    public void close() {
        try (dir) {
            broker.close();
        }
    }

    private void createTopics(int workerPartitions) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            new TopicAdmin(admin, new TopicAdmin.Layout(1, workerPartitions, 1)).create();
            admin.createTopics(List.of(
                            // As the topics that the allocator reads from and writes to.
                            one(PassThrough.FROM, Topics.DEPLOYMENT_EVENTS),
                            one(PassThrough.TO, Topics.OUTCOMES),
                            // As a route's.
                            one(PassThrough.CHAIN_FROM, Topics.DEPLOYMENT_EVENTS),
                            one(PassThrough.CHAIN_BETWEEN, Topics.ALLOCATIONS),
                            one(PassThrough.CHAIN_TO, Topics.WORKER_ROUTES)))
                    .all()
                    .get();
        }
    }

    private static NewTopic one(String name, Topic<?> like) {
        return new NewTopic(name, Optional.of(1), Optional.empty()).configs(like.configs());
    }

    /** An admin client asks again by itself, but writes a warning each time. */
    private void awaitPort(int port) throws IOException {
        long deadlineNs = System.nanoTime() + START_SECONDS * 1_000_000_000L;
        while (true) {
            broker.checkAlive();
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return;
            } catch (ConnectException e) {
                if (System.nanoTime() - deadlineNs > 0) {
                    throw e;
                }
                LockSupport.parkNanos(POLL_NS);
            }
        }
    }
}
