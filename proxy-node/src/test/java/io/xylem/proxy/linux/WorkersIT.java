package io.xylem.proxy.linux;

import static io.xylem.proxy.domain.Counters.Direction.OUTBOUND;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.xylem.balancing.Measurements;
import io.xylem.balancing.Policies;
import io.xylem.balancing.RoundRobin;
import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.dataplane.Capture;
import io.xylem.proxy.dataplane.Captured;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Counters.Path;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.RouteUpdate;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.RouteUpdate.ServiceKnown;
import io.xylem.proxy.domain.TestPolicy;
import io.xylem.proxy.ebpf.KernelPath;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two workers on one cable, three instances, real packets:
 *
 * <pre>
 *  client C ──┐                                    ┌── S2
 *             ├── worker w1 ══ 192.168.77.0/24 ══ worker w2
 *        S1 ──┘
 * </pre>
 */
class WorkersIT {
    private static final ServiceName S = ServiceName.parse("A.prod.S.prod");
    private static final ServiceName EMPTY = ServiceName.parse("A.prod.Empty.prod");
    private static final ServiceName CLIENT = ServiceName.parse("A.prod.C.prod");
    private static final String SERVICE_V4 = "10.30.0.1";
    private static final String SERVICE_V6 = "fdff:2000::1";

    private final TestPolicy policy = new TestPolicy();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    NetworkNamespace clientSpace;
    private NetworkNamespace s2Space;
    TestWorker w1;
    TestWorker w2;
    private InstanceAt s2;
    EchoClient client;
    /** What became of captured packets. */
    final Set<String> shown = new HashSet<>();

    private static DualAddress address(String v4, String v6) {
        return new DualAddress(Ipv4.parse(v4), Ipv6.parse(v6));
    }

    private static InstanceAt instance(
            ServiceName service,
            int number,
            DualAddress instanceIp,
            DualAddress namespaceIp,
            String worker,
            String at) {
        return new InstanceAt(
                new InstanceName(service, number),
                instanceIp,
                namespaceIp,
                worker,
                new Endpoint(at, 50_103),
                InstanceState.READY,
                10 + number);
    }

    private static ServiceKnown service(ServiceName name, String v4, String v6) {
        return new ServiceKnown(name, List.of(new ServiceIp("RR", address(v4, v6))), 1);
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    @BeforeEach
    void setUp() throws IOException {
        setUp("192.168.77.1", "192.168.77.2", 24);
    }

    final void setUp(String underlay1, String underlay2, int length) throws IOException {
        TestNamespaces namespaces = opened(TestNamespaces.orSkip());
        NetworkNamespace space1 = namespaces.make("w1");
        NetworkNamespace space2 = namespaces.make("w2");
        namespaces.join(space1, underlay1 + "/" + length, space2, underlay2 + "/" + length);
        w1 = opened(new TestWorker(
                "w1", space1, underlay1, new Policies(List.of(new RoundRobin(), policy)), true, this::kernelPathOfW1));
        w2 = opened(new TestWorker("w2", space2, underlay2, Policies.load(), true, this::kernelPathOfW2));
        clientSpace = namespaces.make("c");
        NetworkNamespace s1Space = namespaces.make("s1");
        s2Space = namespaces.make("s2");
        InstanceAt c = instance(
                CLIENT, 1, address("10.30.0.10", "fdff::10"), address("10.18.0.1", "fc00::1"), "w1", underlay1);
        InstanceAt s1 =
                instance(S, 1, address("10.30.0.2", "fdff::1"), address("10.18.0.2", "fc00::2"), "w1", underlay1);
        s2 = instance(S, 2, address("10.30.0.3", "fdff::2"), address("10.18.0.65", "fc00::101"), "w2", underlay2);
        List<RouteUpdate> routes =
                List.of(service(S, SERVICE_V4, SERVICE_V6), service(EMPTY, "10.30.0.50", "fdff:2000::50"), c, s1, s2);
        w1.learn(routes);
        w2.learn(routes);
        w1.attach(c, clientSpace);
        w1.attach(s1, s1Space);
        w2.attach(s2, s2Space);
        opened(new EchoServer("S1", s1Space));
        opened(new EchoServer("S2", s2Space));
        client = new EchoClient(clientSpace);
    }

    /** How flows of the client's worker move in the kernel; here, not at all. */
    @Nullable
    KernelPath kernelPathOfW1(KernelPath.Setup setup) throws IOException {
        return null;
    }

    @Nullable
    KernelPath kernelPathOfW2(KernelPath.Setup setup) throws IOException {
        return null;
    }

    @AfterEach
    void tearDown() throws Exception {
        Throwable failure = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception | AssertionError e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw new AssertionError("a part did not end in order", failure);
        }
    }

    private static InetAddress ip(String text) throws IOException {
        return InetAddress.getByName(text);
    }

    @ParameterizedTest
    @CsvSource({SERVICE_V4 + ", 10.30.0.10", SERVICE_V6 + ", fdff::10"})
    void throughTheServiceIpBothInstancesAnswerInTurn(String dialled, String clientsInstanceIp) throws IOException {
        Set<String> lastTwo = new HashSet<>();
        for (int flow = 0; flow < 6; flow++) {
            byte[] content = {(byte) flow, 1, 2};
            EchoServer.Told tcp = client.tcp(dialled, content);
            assertThat(tcp.seen()).as("what the server saw").isEqualTo(ip(clientsInstanceIp));
            assertThat(tcp.echo()).isEqualTo(content);
            if (flow % 2 == 0) {
                lastTwo.clear();
            }
            lastTwo.add(tcp.server());
            assertThat(lastTwo).hasSize(flow % 2 + 1);
        }
        Set<String> servers = new HashSet<>();
        for (int flow = 0; flow < 2; flow++) {
            EchoServer.Told udp = client.udp(dialled, "flow " + flow);
            assertThat(udp.seen()).isEqualTo(ip(clientsInstanceIp));
            servers.add(udp.server());
        }
        assertThat(servers).containsExactlyInAnyOrder("S1", "S2");
    }

    @ParameterizedTest
    @CsvSource({"10.30.0.2, S1", "10.30.0.3, S2", "fdff::1, S1", "fdff::2, S2"})
    void anInstanceIpReachesThatInstanceAndNoOther(String dialled, String expected) throws IOException {
        for (int flow = 0; flow < 3; flow++) {
            assertThat(client.tcp(dialled, new byte[0]).server()).isEqualTo(expected);
            assertThat(client.udp(dialled, "x").server()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {SERVICE_V4, "10.30.0.2", "10.30.0.3", SERVICE_V6, "fdff::1", "fdff::2"})
    void pingIsAnswered(String dialled) throws IOException {
        assertThat(client.ping(dialled, 3)).contains("3 received", " 0% packet loss");
    }

    /** All of it, on both sides, whoever moved it. */
    @ParameterizedTest
    @ValueSource(strings = {"10.30.0.3", "fdff::2"})
    void aCaptureShowsPacketsBeforeAndAfter(String dialled) throws Exception {
        byte[] content = new byte[256 << 10];
        Ipv6 wanted = Addresses.parse(dialled);
        Capture capture = w1.captures().begin((high, low) -> high == wanted.high() && low == wanted.low());
        client.tcp(dialled, content);
        boolean v4 = dialled.indexOf(':') < 0;
        String client = v4 ? "10.18.0.1" : "fc00::1";
        long sent = 0;
        long received = 0;
        while (sent < content.length || received < content.length) {
            Captured packet = requireNonNull(capture.poll(10_000), sent + " sent, " + received + " received");
            assertThat(packet.isTranslated()).as(packet.fate()).isTrue();
            byte[] before = packet.before().bytes();
            byte[] after = packet.after().bytes();
            if (packet.way() == Captured.Way.OUTBOUND) {
                assertThat(ends(before)).isEqualTo(client + " > " + dialled);
                assertThat(ends(after)).isEqualTo(v4 ? "10.30.0.10 > 10.18.0.65" : "fdff::10 > fc00::101");
                sent += packet.after().length();
            } else {
                assertThat(ends(before)).isEqualTo(dialled + " > " + client);
                assertThat(ends(after)).isEqualTo(dialled + " > " + client);
                received += packet.after().length();
            }
            shown.add(packet.fate());
        }
        assertThat(capture.lost()).isZero();
        w1.captures().end(capture);
    }

    private static String ends(byte[] packet) {
        boolean v4 = packet[0] >>> 4 == 4;
        int at = v4 ? 12 : 8;
        int bytes = v4 ? 4 : 16;
        byte[] source = Arrays.copyOfRange(packet, at, at + bytes);
        byte[] destination = Arrays.copyOfRange(packet, at + bytes, at + 2 * bytes);
        return text(source) + " > " + text(destination);
    }

    private static String text(byte[] address) {
        ByteBuffer bytes = ByteBuffer.wrap(address);
        return address.length == 4
                ? new Ipv4(bytes.getInt()).toString()
                : new Ipv6(bytes.getLong(), bytes.getLong()).toString();
    }

    /** Content in both directions at once; sizes over the MTU and odd, so that the kernel cuts and completes segments. */
    @ParameterizedTest
    @ValueSource(strings = {"10.30.0.2", "10.30.0.3", "fdff::1", "fdff::2"})
    void largeTransfersArriveAsTheyWereSent(String dialled) throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        byte[] content = new byte[(8 << 20) + 13];
        new Random(seed).nextBytes(content);
        byte[] echo = client.tcp(dialled, content).echo();
        assertThat(Arrays.mismatch(echo, content))
                .as("first difference, -Dseed=%d", seed)
                .isEqualTo(-1);
        // As much as one packet holds, and one byte less: the checksum of an odd length. Then in 7 and 43 pieces.
        for (int length : new int[] {1300, 1299, 9_000, 60_000}) {
            assertThat(client.udp(dialled, "u".repeat(length)).echo()).hasSize(length);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.30.0.2", "10.30.0.3", "fdff::1", "fdff::2", SERVICE_V4, SERVICE_V6})
    void aPortThatNobodyServesIsRefused(String dialled) throws IOException {
        clientSpace.call(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.connect(ip(dialled), 9);
                socket.setSoTimeout(10_000);
                socket.send(new DatagramPacket(new byte[1], 1));
                assertThatThrownBy(() -> socket.receive(new DatagramPacket(new byte[1], 1)))
                        .isInstanceOf(PortUnreachableException.class);
            }
            return null;
        });
    }

    /** The way is: the client's worker, the server's worker, the server. On one worker it is as long. */
    @ParameterizedTest
    @ValueSource(strings = {"10.30.0.2", "10.30.0.3", "fdff::1", "fdff::2"})
    void routersCountHopsAndSayWhereAPacketEnded(String dialled) throws IOException {
        assertThat(client.ping(dialled, 1, 1)).containsAnyOf("Time to live exceeded", "Hop limit");
        assertThat(client.ping(dialled, 1, 2))
                .contains("From " + dialled)
                .containsAnyOf("Time to live exceeded", "Hop limit");
        assertThat(client.ping(dialled, 1, 3)).contains("1 received");
    }

    /** The last link takes less than the client can know: what does not fit is said to be too big, and TCP learns from it. */
    @ParameterizedTest
    @ValueSource(strings = {"10.30.0.3", "fdff::2"})
    void aPathThatTakesLessThanExpectedIsLearnt(String dialled) throws IOException {
        IpCommand.run(w2.namespace, "link set dev " + WorkerNetwork.hostSide(s2.namespaceIp()) + " mtu 1300");
        byte[] content = new byte[1 << 20];
        new Random(1).nextBytes(content);
        EchoServer.Told told = client.tcp(dialled, content);
        assertThat(told.server()).isEqualTo("S2");
        assertThat(Arrays.mismatch(told.echo(), content)).isEqualTo(-1);
    }

    /** Connections have segments that fit; of other packets the kernel cuts no trains then, and each goes alone, in fragments. */
    @ParameterizedTest
    @ValueSource(strings = {"10.30.0.3", "fdff::2"})
    void anUnderlayThatTakesLessCarriesPacketsInFragments(String dialled) throws IOException {
        for (TestWorker worker : List.of(w1, w2)) {
            IpCommand.run(worker.namespace, "link set dev u0 mtu 1300");
        }
        byte[] content = new byte[1 << 20];
        new Random(2).nextBytes(content);
        assertThat(Arrays.mismatch(client.tcp(dialled, content).echo(), content))
                .isEqualTo(-1);
        assertThat(outerFragments(w1) + outerFragments(w2)).isZero();
        assertThat(client.udp(dialled, "u".repeat(1_350)).echo()).hasSize(1_350);
        assertThat(outerFragments(w1)).isPositive();
        assertThat(outerFragments(w2)).isPositive();
        assertThat(w1.drops(Drop.TUNNEL_REFUSED) + w2.drops(Drop.TUNNEL_REFUSED))
                .isZero();
    }

    /** What the worker's kernel made; that of its own packets, as overlay packets are cut by no router. */
    private static long outerFragments(TestWorker worker) throws IOException {
        return KernelCounts.of(worker.namespace, "Ip", "FragCreates");
    }

    @Test
    void anIpv6UnderlayCarriesBothFamilies() throws Exception {
        tearDown();
        setUp("fd77::1", "fd77::2", 64);
        for (String dialled : List.of("10.30.0.3", "fdff::2")) {
            largeTransfersArriveAsTheyWereSent(dialled);
            assertThat(client.ping(dialled, 1)).contains("1 received");
        }
        // 8 MiB of each family each way, of which Java sees a packet or two; and trains that come from a socket.
        List<TestWorker> inTheKernel =
                Stream.of(w1, w2).filter(TestWorker::isInTheKernel).toList();
        for (TestWorker worker : inTheKernel) {
            for (Direction direction : inTheKernel.size() == 2 ? Direction.values() : new Direction[] {OUTBOUND}) {
                await().untilAsserted(() -> assertThat(worker.counters.bytes(direction, Path.KERNEL))
                        .as("%s of %s", direction, worker.name)
                        .isGreaterThan(15 << 20));
            }
        }
    }

    @Test
    void whatCanNotBeDeliveredIsCountedWithItsReason() throws IOException {
        client.shout("10.30.99.99", "nobody has this");
        client.shout("fdff::9999", "nor this");
        client.shout("10.30.0.50", "a service without instances");
        await().untilAsserted(() -> {
            assertThat(w1.counters.drops(Direction.OUTBOUND, Drop.UNKNOWN_DESTINATION))
                    .isEqualTo(2);
            assertThat(w1.counters.drops(Direction.OUTBOUND, Drop.SCALED_TO_ZERO))
                    .isEqualTo(1);
        });
    }

    @Test
    void whateverComesToTheTunnelPortIsCountedAndSurvived() throws IOException {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        byte[] cutOff = new byte[3000]; // an IPv4 packet of 3000 bytes, of which a slot holds less
        ByteBuffer.wrap(cutOff).putShort((short) 0x4500).putShort((short) 3000).position(9);
        cutOff[9] = 17;
        w2.namespace.call(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                InetAddress target = ip("192.168.77.1");
                socket.send(new DatagramPacket(new byte[0], 0, target, 50_103));
                socket.send(new DatagramPacket(cutOff, cutOff.length, target, 50_103));
                socket.send(new DatagramPacket(new byte[] {0x45, 0, 0}, 3, target, 50_103));
                for (int i = 0; i < 500; i++) {
                    byte[] noise = new byte[random.nextInt(200)];
                    random.nextBytes(noise);
                    if (noise.length > 0 && i % 2 == 0) {
                        noise[0] = (byte) (i % 4 == 0 ? 0x45 : 0x60); // looks like the start of a packet
                    }
                    socket.send(new DatagramPacket(noise, noise.length, target, 50_103));
                }
            }
            return null;
        });
        await().untilAsserted(() ->
                assertThat(inboundDrops(w1)).as("all of it, -Dseed=%d", seed).isEqualTo(503));
        assertThat(w1.counters.drops(Direction.INBOUND, Drop.EMPTY)).isPositive();
        assertThat(w1.counters.drops(Direction.INBOUND, Drop.LENGTH_MISMATCH)).isPositive();
        assertThat(w1.counters.drops(Direction.INBOUND, Drop.TRUNCATED_HEADER)).isPositive();
        assertThat(w1.counters.drops(Direction.INBOUND, Drop.INTERNAL_ERROR)).isZero();
        assertThat(client.tcp("10.30.0.3", new byte[3]).server()).isEqualTo("S2");
    }

    private static long inboundDrops(TestWorker worker) {
        return Arrays.stream(Drop.values())
                .mapToLong(reason -> worker.counters.drops(Direction.INBOUND, reason))
                .sum();
    }

    @Test
    void theRoundTripToTheOtherWorkerIsMeasured() throws IOException {
        w1.learn(List.of(
                new ServiceKnown(S, List.of(new ServiceIp(TestPolicy.NAME, address(SERVICE_V4, SERVICE_V6))), 20)));
        await().untilAsserted(() -> {
            assertThat(client.tcp(SERVICE_V4, new byte[1]).server()).isEqualTo("S1");
            Measurements measured = policy.measurements();
            assertThat(measured.roundTripNs("w2")).isBetween(1L, 10_000_000_000L);
            assertThat(measured.roundTripNs("w1")).as("no other one").isEqualTo(Measurements.UNKNOWN);
        });
        assertThat(w2.counters.get(Count.ANSWERED_PROBES)).isPositive();
        assertThat(w1.counters.drops(Direction.INBOUND, Drop.STRAY_PROBE)).isZero();
    }

    @Test
    void aDetachedInstanceIsOutOfReachAndTheOthersAreNot() throws IOException {
        assertThat(client.udp("10.30.0.3", "before").server()).isEqualTo("S2");
        w2.detach(s2);
        client.shout("10.30.0.3", "after");
        await().untilAsserted(() -> assertThat(w2.counters.drops(Direction.INBOUND, Drop.DESTINATION_NOT_ATTACHED))
                .isEqualTo(1));
        assertThat(s2Space.call(() -> Interfaces.hardwareAddress("eth0"))).isNull();
        assertThat(client.udp("10.30.0.2", "same worker").server()).isEqualTo("S1");
        w2.attach(s2, s2Space);
        assertThat(client.udp("10.30.0.3", "again").server()).isEqualTo("S2");
    }

    /** Somebody else's doing, under traffic: that is lost, the rest goes on. */
    @ParameterizedTest
    @ValueSource(strings = {"10.30.0.3", "fdff::2"})
    void anInterfaceThatIsDeletedComesBackWhenItIsAttachedAgain(String dialled) throws IOException {
        client.tcp(dialled, new byte[1 << 20]);
        assertThat(client.udp(dialled, "before").server()).isEqualTo("S2");
        IpCommand.run(w2.namespace, "link delete dev " + WorkerNetwork.hostSide(s2.namespaceIp()));
        for (int datagram = 0; datagram < 100; datagram++) {
            client.shout(dialled, "nobody hears this");
        }
        assertThat(client.tcp("10.30.0.2", new byte[1]).server()).isEqualTo("S1");
        w2.attach(s2, s2Space);
        // Segments are sent again; a datagram is lost that comes before the worker's next turn.
        assertThat(client.tcp(dialled, new byte[1 << 20]).server()).isEqualTo("S2");
        assertThat(client.udp(dialled, "again").server()).isEqualTo("S2");
    }
}
