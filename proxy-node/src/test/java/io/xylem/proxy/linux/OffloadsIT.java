package io.xylem.proxy.linux;

import static io.xylem.proxy.control.Samples.address;
import static io.xylem.proxy.control.Samples.only;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.balancing.Policies;
import io.xylem.model.Endpoint;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.Seed;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Content arrives as it was sent, whether none, one or both of two workers use the kernel's offloads, over a good underlay
 * and over a bad one.
 */
class OffloadsIT {
    private static final List<String> SERVER_ADDRESSES = List.of("10.30.0.2", "fdff::1");
    private static final int UDP_PORT = 9_000;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    private record Pair(TestWorker w1, TestWorker w2, NetworkNamespace clientSpace, NetworkNamespace serverSpace) {}

    private <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    @AfterEach
    void tearDown() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    /** @param roughSeed of the bad underlay; 0 for a cable */
    private Pair setUp(boolean offloads1, boolean offloads2, long roughSeed) throws IOException {
        TestNamespaces namespaces = opened(TestNamespaces.orSkip());
        NetworkNamespace space1 = namespaces.make("w1");
        NetworkNamespace space2 = namespaces.make("w2");
        Map<NetworkNamespace, String> underlay = new LinkedHashMap<>();
        underlay.put(space1, "192.168.77.1/24");
        underlay.put(space2, "192.168.77.2/24");
        if (roughSeed != 0) {
            NetworkNamespace rough = namespaces.make("r");
            underlay.put(rough, "192.168.77.3/24");
            namespaces.join(underlay);
            IpCommand.run(rough, "address add 192.168.77.4/24 dev u0");
            opened(new RoughRelay(rough, "192.168.77.3", "192.168.77.1", "192.168.77.4", "192.168.77.2", roughSeed));
        } else {
            namespaces.join(underlay);
        }
        TestWorker w1 = opened(new TestWorker("w1", space1, "192.168.77.1", Policies.load(), offloads1));
        TestWorker w2 = opened(new TestWorker("w2", space2, "192.168.77.2", Policies.load(), offloads2));
        NetworkNamespace clientSpace = namespaces.make("c");
        NetworkNamespace serverSpace = namespaces.make("s");
        InstanceAt c =
                only("C", address("10.30.0.10", "fdff::10"), address("10.18.0.1", "fc00::1"), "w1", "192.168.77.1");
        InstanceAt s =
                only("S", address("10.30.0.2", "fdff::1"), address("10.18.0.65", "fc00::101"), "w2", "192.168.77.2");
        w1.learn(List.of(c, roughSeed == 0 ? s : moved(s, "192.168.77.3")));
        w2.learn(List.of(s, roughSeed == 0 ? c : moved(c, "192.168.77.4")));
        w1.attach(c, clientSpace);
        w2.attach(s, serverSpace);
        opened(new EchoServer("S", serverSpace));
        return new Pair(w1, w2, clientSpace, serverSpace);
    }

    /** As the other worker sees it through the relay. */
    private static InstanceAt moved(InstanceAt at, String underlay) {
        return new InstanceAt(
                at.instance(),
                at.instanceIp(),
                at.namespaceIp(),
                at.worker(),
                new Endpoint(underlay, 50_103),
                at.state(),
                1);
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void overACable(boolean offloads1, boolean offloads2) throws Exception {
        Random random = Seed.random();
        Pair pair = setUp(offloads1, offloads2, 0);
        transfer(pair, random, 4 << 20);
        for (String server : SERVER_ADDRESSES) {
            burst(pair, server, random);
        }
        TestWorker w1 = pair.w1;
        TestWorker w2 = pair.w2;
        assertThat(w1.counters.get(Count.CUT_SUPERPACKETS) > 0).isEqualTo(offloads1);
        assertThat(w1.counters.get(Count.MERGED_SUPERPACKETS) > 0).isEqualTo(offloads1);
        assertThat(w2.counters.get(Count.CUT_SUPERPACKETS) > 0).isEqualTo(offloads2);
        assertThat(w2.counters.get(Count.MERGED_SUPERPACKETS) > 0).isEqualTo(offloads2);
        for (TestWorker worker : List.of(w1, w2)) {
            for (Drop reason : List.of(Drop.DEVICE_REFUSED, Drop.TUNNEL_REFUSED, Drop.INTERNAL_ERROR)) {
                assertThat(worker.drops(reason)).as(worker.name + " " + reason).isZero();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true"})
    void overAnUnderlayThatLosesRepeatsAndHoldsBack(boolean offloads1, boolean offloads2) throws Exception {
        Random random = Seed.random();
        transfer(setUp(offloads1, offloads2, random.nextLong() | 1), random, 256 << 10);
    }

    private static void transfer(Pair pair, Random random, int bytes) throws IOException {
        EchoClient client = new EchoClient(pair.clientSpace);
        for (String server : SERVER_ADDRESSES) {
            byte[] content = new byte[bytes + 13];
            random.nextBytes(content);
            byte[] echo = client.tcp(server, content).echo();
            assertThat(Arrays.mismatch(echo, content)).as("first difference").isEqualTo(-1);
        }
    }

    /** Datagrams of one size, which are put together, and others between them. */
    private static void burst(Pair pair, String server, Random random) throws Exception {
        List<byte[]> sent = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            byte[] one = new byte[i % 37 == 36 ? 33 : 64];
            random.nextBytes(one);
            sent.add(one);
        }
        try (DatagramSocket receiver =
                        pair.serverSpace.call(() -> new DatagramSocket(new InetSocketAddress("::", UDP_PORT)));
                DatagramSocket sender = pair.clientSpace.call(DatagramSocket::new)) {
            InetAddress to = InetAddress.getByName(server);
            for (byte[] one : sent) {
                sender.send(new DatagramPacket(one, one.length, to, UDP_PORT));
            }
            receiver.setSoTimeout(10_000);
            for (byte[] one : sent) {
                DatagramPacket got = new DatagramPacket(new byte[200], 200);
                receiver.receive(got);
                assertThat(Arrays.copyOf(got.getData(), got.getLength())).isEqualTo(one);
            }
        }
    }
}
