package io.xylem.proxy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.ServiceName;
import io.xylem.proxy.control.Samples;
import io.xylem.proxy.domain.RouteUpdate;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.ebpf.TestBpf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hundred transfers, within a worker and between two, and a flow of datagrams, while the proxies of both workers end, in
 * order and by SIGKILL, are away, and begin anew. Prints what was lost.
 */
class TransfersIT {
    private static final int TRANSFERS = 100;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final List<String> WORKERS = List.of("w1", "w2");
    private static final InstanceName CLIENT = new InstanceName(ServiceName.parse("A.prod.C.prod"), 9);
    /** What the workers' underlay addresses begin with. */
    private static final String V4 = "192.168.77.";

    private static final String V6 = "fd77::";

    @TempDir
    private Path directory;

    private final List<Process> proxies = new ArrayList<>();

    /** The namespaces, and what is between them. */
    private record World(
            List<NetworkNamespace> workers,
            NetworkNamespace client,
            NetworkNamespace server,
            NetworkNamespace neighbour,
            String underlay,
            List<String> settings) {
        /** By the clients' and the servers' kernels. */
        long sentAgain() throws IOException {
            long again = 0;
            for (NetworkNamespace space : List.of(client, server, neighbour)) {
                again += KernelCounts.of(space, "Tcp", "RetransSegs");
            }
            return again;
        }
    }

    private static InstanceAt at(InstanceName instance, String worker, String underlay, long version) {
        return Samples.at(instance, worker, underlay + worker.charAt(1), InstanceState.READY, version);
    }

    @BeforeAll
    static void head() {
        System.out.println(
                "| both proxies | transfers | broken or changed | datagrams sent | lost | segments sent again"
                        + " | longest block, ms |");
        System.out.println("|---|---|---|---|---|---|---|");
    }

    @AfterEach
    void end() {
        proxies.forEach(proxy -> proxy.destroyForcibly().onExit().join());
    }

    @Test
    void inUserSpaceNoConnectionBreaks() throws Exception {
        try (TestNamespaces namespaces = TestNamespaces.orSkip()) {
            run(make(namespaces, V4, List.of("xylem.dataplane=user")), false, List.of(false, true));
        }
    }

    @Test
    void inTheKernelNothingIsLost() throws Exception {
        try (TestNamespaces namespaces = TestNamespaces.orSkip();
                TestBpf bpf = TestBpf.orSkip(directory.resolve("bpf"))) {
            run(make(namespaces, V4, inTheKernel(bpf)), true, List.of(false, true));
        }
    }

    @Test
    void inTheKernelNothingIsLostOverIpv6() throws Exception {
        try (TestNamespaces namespaces = TestNamespaces.orSkip();
                TestBpf bpf = TestBpf.orSkip(directory.resolve("bpf"))) {
            run(make(namespaces, V6, inTheKernel(bpf)), true, List.of(true));
        }
    }

    private static List<String> inTheKernel(TestBpf bpf) {
        return List.of("xylem.dataplane=ebpf", "xylem.bpf.filesystem=" + bpf.directory());
    }

    /** @param bySignal9 the interruptions, one after the other */
    private void run(World world, boolean inTheKernel, List<Boolean> bySignal9) throws Exception {
        long seed = Long.getLong("seed", System.nanoTime());
        try (EchoServer _ = new EchoServer("S1", world.server);
                EchoServer _ = new EchoServer("S2", world.neighbour);
                Transfers transfers = new Transfers(world.client, seed)) {
            start(world);
            transfers.begin("10.30.0.1", 40);
            transfers.begin("fdff:2000::1", 30);
            transfers.begin("10.30.0.2", 15);
            transfers.begin("fdff::1", 15);
            transfers.awaitProgress();
            try (Datagrams datagrams = new Datagrams(world.client, "10.30.0.2")) {
                for (boolean one : bySignal9) {
                    interrupt(world, transfers, datagrams, one, inTheKernel);
                }
            }
            assertThat(transfers.failures()).as("-Dseed=%d", seed).isEmpty();
        } finally {
            end(); // before the BPF file system, else it is in use
        }
    }

    private void interrupt(
            World world, Transfers transfers, Datagrams datagrams, boolean bySignal9, boolean inTheKernel)
            throws Exception {
        long lostBefore = datagrams.lost();
        long sentBefore = datagrams.sent();
        long againBefore = world.sentAgain();
        transfers.longestMs();
        for (Process proxy : proxies) {
            if (bySignal9) {
                proxy.destroyForcibly();
            } else {
                proxy.destroy();
            }
            proxy.onExit().join();
        }
        proxies.clear();
        if (inTheKernel) {
            transfers.awaitProgress();
        }
        start(world);
        transfers.awaitProgress();
        long sent = datagrams.sent() - sentBefore;
        long lost = datagrams.lost() - lostBefore;
        System.out.printf(
                "| %s%s, %s | %d | %d | %d | %d | %d | %d |%n",
                inTheKernel ? "ebpf" : "user",
                world.underlay.equals(V6) ? " over IPv6" : "",
                bySignal9 ? "SIGKILL" : "ended in order",
                TRANSFERS,
                transfers.failures().size(),
                sent,
                lost,
                world.sentAgain() - againBefore,
                transfers.longestMs());
        assertThat(transfers.count()).isEqualTo(TRANSFERS);
        if (inTheKernel) {
            assertThat(lost).as("datagrams of %d", sent).isZero();
        }
    }

    private World make(TestNamespaces namespaces, String underlay, List<String> settings) throws IOException {
        World world = new World(
                List.of(namespaces.make("w1"), namespaces.make("w2")),
                namespaces.make("c"),
                namespaces.make("s"),
                namespaces.make("n"),
                underlay,
                settings);
        int length = underlay.equals(V6) ? 64 : 24;
        namespaces.join(
                world.workers.getFirst(), underlay + "1/" + length, world.workers.getLast(), underlay + "2/" + length);
        InstanceAt client = at(CLIENT, "w1", underlay, 13);
        InstanceAt server = at(Samples.S1, "w2", underlay, 12);
        InstanceAt neighbour = at(Samples.S2, "w1", underlay, 14);
        List<RouteUpdate> routes = List.of(Samples.service(10), client, server, neighbour);
        for (String worker : WORKERS) {
            Files.createDirectories(directory.resolve(worker));
        }
        Samples.saveTo(
                directory.resolve("w1"),
                "w1",
                routes,
                Map.of(client, world.client.name(), neighbour, world.neighbour.name()));
        Samples.saveTo(directory.resolve("w2"), "w2", routes, Map.of(server, world.server.name()));
        return world;
    }

    /** Until both carry packets: pings are never the programs' to carry. */
    private void start(World world) throws IOException {
        for (int i = 0; i < WORKERS.size(); i++) {
            List<String> settings = new ArrayList<>(world.settings);
            settings.add("xylem.worker=" + WORKERS.get(i));
            settings.add("xylem.tunnel.address=" + world.underlay + (i + 1));
            proxies.add(ProxyProcess.start(world.workers.get(i), directory.resolve(WORKERS.get(i)), settings));
        }
        EchoClient client = new EchoClient(world.client);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(client.ping("10.30.0.2", 1))
                        .as(() -> "what the proxies say:\n" + said("w1") + said("w2"))
                        .contains("1 received"));
    }

    private String said(String worker) {
        try {
            return Files.readString(directory.resolve(worker).resolve("proxy.log"));
        } catch (IOException e) {
            return worker + ": " + e;
        }
    }
}
