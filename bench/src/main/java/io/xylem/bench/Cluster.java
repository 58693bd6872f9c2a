package io.xylem.bench;

import io.xylem.runtime.Latency;
import io.xylem.schemas.TopicAdmin;
import io.xylem.schemas.Topics;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * One broker in a process of its own, with the catalogue's topics and the yardstick's two, one partition each, and the
 * programs under measure, each in a process of its own with the same flags. All files are in one temporary directory.
 */
final class Cluster implements AutoCloseable {
    private static final int BROKER_HEAP_MB = 768;
    private static final int PROGRAM_HEAP_MB = 512;
    private static final int START_SECONDS = 60;
    private static final long POLL_NS = 20_000_000;
    // Below the range of ports that outgoing connections take.
    private static final int LOWEST_PORT = 20_000;
    private static final int HIGHEST_PORT = 32_000;

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
        TempDir dir = TempDir.create();
        int port = freePort();
        Jvm broker = Jvm.start(
                dir.file("broker.log"),
                BROKER_HEAP_MB,
                List.of(),
                "io.xylem.cli.cluster.BrokerMain",
                dir.file("broker").toString(),
                Integer.toString(port),
                Integer.toString(freePort()));
        Cluster cluster = new Cluster(dir, setup, broker, "127.0.0.1:" + port);
        try {
            cluster.awaitPort(port);
            cluster.createTopics();
        } catch (Exception e) {
            cluster.close();
            throw e;
        }
        return cluster;
    }

    String bootstrap() {
        return bootstrap;
    }

    /** The allocator as it is delivered, except for the registry. */
    Jvm startAllocator() throws IOException {
        List<String> flags = new ArrayList<>();
        setup.profile()
                .ifPresent(file -> flags.addAll(List.of(
                        "-XX:+UnlockDiagnosticVMOptions",
                        // Or samples are blamed on the nearest safepoint.
                        "-XX:+DebugNonSafepoints",
                        "-XX:StartFlightRecording:settings=profile,filename=" + file)));
        return Jvm.start(
                dir.file("allocator.log"),
                PROGRAM_HEAP_MB,
                flags,
                AllocatorProcess.class.getName(),
                "--override",
                "bootstrap.servers=" + bootstrap,
                "--override",
                "schema.registry.url=" + Log.REGISTRY,
                "--override",
                "xylem.latency=" + setup.latency(),
                "--override",
                "state.dir=" + allocatorState());
    }

    Jvm startPassThrough() throws IOException {
        Latency latency = setup.latency();
        return Jvm.start(
                dir.file("pass-through.log"),
                PROGRAM_HEAP_MB,
                List.of(),
                PassThrough.class.getName(),
                bootstrap,
                dir.file("pass-through-state").toString(),
                Integer.toString(latency.commitIntervalMs()),
                Integer.toString(latency.pollMs()));
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

    private void createTopics() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            new TopicAdmin(admin, TopicAdmin.Layout.DEVELOPMENT).create();
            // As the topics that the allocator reads from and writes to.
            admin.createTopics(List.of(
                            new NewTopic(PassThrough.FROM, Optional.of(1), Optional.empty())
                                    .configs(Topics.DEPLOYMENT_EVENTS.configs()),
                            new NewTopic(PassThrough.TO, Optional.of(1), Optional.empty())
                                    .configs(Topics.OUTCOMES.configs())))
                    .all()
                    .get();
        }
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

    private static int freePort() throws IOException {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
            try (ServerSocket socket = new ServerSocket()) {
                socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return port;
            } catch (BindException e) {
                System.err.println("port " + port + " is taken: " + e.getMessage());
            }
        }
    }
}
