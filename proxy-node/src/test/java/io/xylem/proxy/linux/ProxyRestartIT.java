package io.xylem.proxy.linux;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.ServiceName;
import io.xylem.proxy.control.Samples;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.linux.Crowd.Connection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The proxy as a process that ends, in order and by SIGKILL, while connections through a service IP go on. */
class ProxyRestartIT {
    private static final InstanceAt S1 = Samples.at(Samples.S1, "w1", InstanceState.READY, 12);
    private static final InstanceAt S2 = Samples.at(Samples.S2, "w1", InstanceState.READY, 13);
    private static final InstanceAt CLIENT =
            Samples.at(new InstanceName(ServiceName.parse("A.prod.C.prod"), 9), "w1", InstanceState.READY, 14);
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private @Nullable Process proxy;

    @AfterEach
    void end() {
        if (proxy != null) {
            proxy.destroyForcibly().onExit().join();
        }
    }

    @Test
    void connectionsKeepTheirInstancesOverARestart() throws Exception {
        try (TestNamespaces namespaces = TestNamespaces.orSkip()) {
            NetworkNamespace worker = namespaces.make("w");
            NetworkNamespace client = namespaces.make("c");
            NetworkNamespace one = namespaces.make("s1");
            NetworkNamespace two = namespaces.make("s2");
            Samples.saveTo(
                    directory,
                    "w1",
                    List.of(Samples.service(10), S1, S2, CLIENT),
                    Map.of(S1, one.name(), S2, two.name(), CLIENT, client.name()));
            try (CrowdServer _ = new CrowdServer(1, one);
                    CrowdServer _ = new CrowdServer(2, two);
                    Crowd crowd = new Crowd(client)) {
                start(worker);
                awaitPackets(client);
                crowd.connect("10.30.0.1", 60);
                crowd.connect("fdff:2000::1", 30);
                crowd.connect("10.30.0.3", 10);
                assertThat(crowd.where(connection -> connection.server == 1)).hasSizeBetween(40, 50);
                crowd.awaitTalk(all -> true);

                requireNonNull(proxy).destroy();
                proxy.onExit().join();
                start(worker);
                assertAllGoOn(crowd, "ended in order");

                FileTime before = FileTime.fromMillis(System.currentTimeMillis());
                Path flows = directory.resolve("flows.bin");
                await("flows are saved now and then")
                        .atMost(PATIENCE)
                        .until(() -> Files.getLastModifiedTime(flows).compareTo(before) > 0);
                kill();
                start(worker);
                crowd.wakeIdle();
                assertAllGoOn(crowd, "killed");

                List<Connection> late = crowd.connect("10.30.0.1", 20);
                kill();
                start(worker);
                crowd.wakeIdle();
                crowd.awaitTalk(all -> true);
                System.out.printf(
                        "killed at once: of the 20 last connections %d reset, of the 100 others %d%n",
                        late.stream().filter(connection -> connection.reset).count(),
                        crowd.where(connection -> connection.reset && !late.contains(connection))
                                .size());
                assertThat(crowd.where(connection -> connection.reset && !late.contains(connection)))
                        .isEmpty();
            }
        }
    }

    private static void assertAllGoOn(Crowd crowd, String how) {
        long before = System.nanoTime();
        crowd.awaitTalk(all -> true);
        System.out.printf(
                "%s: of %d connections %d reset; all talk again %d ms after the next start%n",
                how,
                crowd.where(all -> true).size(),
                crowd.where(one -> one.reset).size(),
                (System.nanoTime() - before) / 1_000_000);
        assertThat(crowd.where(one -> !one.isOpen())).as(how).isEmpty();
    }

    private void kill() {
        requireNonNull(proxy).destroyForcibly().onExit().join();
    }

    private void start(NetworkNamespace worker) throws IOException {
        proxy = ProxyProcess.start(
                worker, directory, List.of("xylem.worker=w1", "xylem.dataplane=user", "xylem.tunnel.port=0"));
    }

    /** Until then there is no network. */
    private static void awaitPackets(NetworkNamespace client) {
        await().atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> client.call(() -> {
                    try (Socket socket = new Socket()) {
                        socket.connect(new InetSocketAddress("10.30.0.1", CrowdServer.PORT), 1_000);
                        return true;
                    }
                }));
    }
}
