package io.xylem.proxy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.RouteUpdate;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.RouteUpdate.InstanceWithdrawn;
import io.xylem.proxy.domain.RouteUpdate.ServiceKnown;
import io.xylem.proxy.linux.Crowd.Connection;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A thousand connections, two thirds of them talking and the others idle, while instances come and go:
 *
 * <pre>
 *  client C ── worker w1 ══╗
 *                          ╠══ switch 192.168.77.0/24
 *     S1, S2 ── worker w2 ══╣
 *         S3 ── worker w3 ══╝
 * </pre>
 */
class WithdrawalIT {
    private static final ServiceName S = ServiceName.parse("A.prod.S.prod");
    private static final String SERVICE = "10.30.0.1";
    private static final int CONNECTIONS = 1_000;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Map<Integer, NetworkNamespace> spaces = new LinkedHashMap<>();
    private List<TestWorker> workers;
    private TestWorker w1;
    private TestWorker w2;
    private TestWorker w3;
    private NetworkNamespace clientSpace;
    private InstanceAt s1;
    private InstanceAt s2;
    private Crowd crowd;
    private long version = 10;

    private <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    @BeforeEach
    void setUp() throws IOException {
        TestNamespaces namespaces = opened(TestNamespaces.orSkip());
        Map<NetworkNamespace, String> underlay = new LinkedHashMap<>();
        for (int n = 1; n <= 3; n++) {
            underlay.put(namespaces.make("w" + n), "192.168.77." + n + "/24");
        }
        namespaces.join(underlay);
        List<NetworkNamespace> workerSpaces = List.copyOf(underlay.keySet());
        w1 = opened(new TestWorker("w1", workerSpaces.get(0), "192.168.77.1"));
        w2 = opened(new TestWorker("w2", workerSpaces.get(1), "192.168.77.2"));
        w3 = opened(new TestWorker("w3", workerSpaces.get(2), "192.168.77.3"));
        workers = List.of(w1, w2, w3);
        learn(new ServiceKnown(S, List.of(new ServiceIp("RR", address(SERVICE, "fdff:2000::1"))), 1));
        clientSpace = namespaces.make("c");
        InstanceAt client = at(new InstanceName(ServiceName.parse("A.prod.C.prod"), 1), 100, w1, InstanceState.READY);
        learn(client);
        w1.attach(client, clientSpace);
        for (int n = 1; n <= 3; n++) {
            spaces.put(n, namespaces.make("s" + n));
        }
        s1 = start(1, w2);
        s2 = start(2, w2);
        crowd = opened(new Crowd(clientSpace));
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

    private static DualAddress address(String v4, String v6) {
        return new DualAddress(Ipv4.parse(v4), Ipv6.parse(v6));
    }

    private void learn(RouteUpdate update) {
        workers.forEach(worker -> worker.learn(List.of(update)));
    }

    private InstanceAt at(InstanceName instance, int host, TestWorker worker, InstanceState state) {
        int subnet = workers.indexOf(worker);
        return new InstanceAt(
                instance,
                address("10.30.0." + (host + 1), "fdff::" + (host + 1)),
                address("10.18." + subnet + "." + host, "fc00:" + subnet + "::" + host),
                worker.name,
                new Endpoint("192.168.77." + (subnet + 1), 50_103),
                state,
                version++);
    }

    private InstanceAt at(int n, TestWorker worker, InstanceState state) {
        return at(new InstanceName(S, n), n, worker, state);
    }

    private NetworkNamespace space(int n) {
        return java.util.Objects.requireNonNull(spaces.get(n));
    }

    /** An instance with its servers, attached, and then ready. */
    private InstanceAt start(int n, TestWorker worker) throws IOException {
        InstanceAt at = at(n, worker, InstanceState.READY);
        worker.attach(at, space(n));
        opened(new CrowdServer(n, space(n)));
        opened(new EchoServer("S" + n, space(n)));
        learn(at);
        return at;
    }

    private static Predicate<Connection> to(int server) {
        return connection -> connection.server == server;
    }

    /** Waits until every one of these that talks has gone on talking. */
    private void awaitTalk(Predicate<Connection> which) {
        List<Connection> talking = crowd.where(which.and(one -> !one.idle && one.isOpen()));
        Map<Connection, Long> before = new LinkedHashMap<>();
        talking.forEach(one -> before.put(one, one.echoes.get()));
        await().untilAsserted(() -> assertThat(talking)
                .allMatch(one -> !one.isOpen() || one.echoes.get() > before.getOrDefault(one, 0L) + 1));
    }

    /** Idle ones speak up at last, which shows whether they still have their server. */
    private void report(String what) {
        System.out.printf(
                "%s: of %d connections %d reset, %d ended, %d open%n",
                what,
                crowd.where(one -> true).size(),
                crowd.where(one -> one.reset).size(),
                crowd.where(one -> one.ended).size(),
                crowd.where(Connection::isOpen).size());
    }

    @Test
    void instancesThatAreAddedBreakNothing() throws IOException {
        crowd.connect(SERVICE, CONNECTIONS);
        assertThat(crowd.where(to(1))).hasSize(CONNECTIONS / 2);
        start(3, w3);
        awaitTalk(one -> true);
        List<Connection> later = crowd.connect(SERVICE, 30);
        assertThat(later.stream().filter(to(3)))
                .as("new ones on three instances")
                .hasSize(10);
        awaitTalk(one -> true);
        report("added");
        assertThat(crowd.where(one -> !one.isOpen())).isEmpty();
    }

    @Test
    void aDrainingInstanceFinishesAndBreaksNothing() throws IOException {
        start(3, w3);
        crowd.connect(SERVICE, CONNECTIONS);
        learn(at(1, w2, InstanceState.DRAINING));
        awaitTalk(one -> true);
        assertThat(crowd.connect(SERVICE, 20)).noneMatch(to(1));
        Crowd.end(crowd.where(to(1)));
        await().untilAsserted(() ->
                assertThat(w2.flows().hosted().getOrDefault(s1.instance(), 0)).isZero());
        learn(new InstanceWithdrawn(s1.instance(), version++));
        w2.detach(s1);
        awaitTalk(one -> true);
        report("drained");
        assertThat(crowd.where(one -> one.reset)).isEmpty();
        assertThat(w1.counters.get(Count.FLOWS_BROKEN)).isZero();
    }

    @Test
    void theClientsOfAnInstanceThatIsKilledAreResetAndNobodyElseIs() throws IOException {
        start(3, w3);
        crowd.connect(SERVICE, CONNECTIONS);
        List<Connection> its = crowd.where(to(1));
        assertThat(its).hasSizeBetween(CONNECTIONS / 3, CONNECTIONS / 3 + 1);
        IpCommand.run(space(1), "link set dev eth0 down"); // from here on it is a black hole
        long before = System.nanoTime();
        learn(new InstanceWithdrawn(s1.instance(), version++));
        await().untilAsserted(() -> assertThat(its).allMatch(one -> one.reset));
        System.out.printf("killed: the last reset was seen after %d ms%n", (System.nanoTime() - before) / 1_000_000);
        awaitTalk(Connection::isOpen);
        report("killed");
        assertThat(crowd.where(one -> !one.isOpen())).hasSameElementsAs(its);
        assertThat(crowd.connect(SERVICE, 20)).noneMatch(to(1));
    }

    @Test
    void theClientsOfALostWorkerAreResetAndTheNextOnesGoElsewhere() throws IOException {
        start(3, w3);
        crowd.connect(SERVICE, CONNECTIONS);
        List<Connection> its = crowd.where(one -> one.server != 3);
        IpCommand.run(w2.namespace, "link set dev u0 down");
        for (InstanceAt at : List.of(s1, s2)) {
            w1.learn(List.of(new InstanceAt(
                    at.instance(),
                    at.instanceIp(),
                    at.namespaceIp(),
                    at.host(),
                    at.weight(),
                    InstanceState.UNREADY,
                    version++,
                    true)));
        }
        await().untilAsserted(() -> assertThat(its).allMatch(one -> one.reset));
        awaitTalk(Connection::isOpen);
        report("worker lost");
        assertThat(crowd.where(one -> !one.isOpen())).hasSameElementsAs(its);
        assertThat(crowd.connect(SERVICE, 20)).allMatch(to(3));
    }

    @Test
    void aServiceScaledToZeroRefusesAtOnce() throws IOException {
        List<Connection> all = crowd.connect(SERVICE, CONNECTIONS);
        learn(new InstanceWithdrawn(s1.instance(), version++));
        learn(new InstanceWithdrawn(s2.instance(), version++));
        await().untilAsserted(() -> assertThat(all).allMatch(one -> one.reset));
        report("scaled to zero");
        for (String dialled : List.of(SERVICE, "fdff:2000::1")) {
            assertThatThrownBy(() -> crowd.connect(dialled, 1))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("refused");
            assertThatThrownBy(() -> ask(dialled)).isInstanceOf(PortUnreachableException.class);
        }
        assertThatThrownBy(() -> crowd.connect("10.30.77.77", 1)).hasMessageContaining("No route to host");
    }

    /** Asks by a connected socket, which is how a client hears of an unreachable. */
    private String ask(String address) throws IOException {
        return clientSpace.call(() -> {
            try (DatagramSocket socket = new DatagramSocket()) {
                socket.connect(new InetSocketAddress(address, EchoServer.PORT));
                return ask(socket);
            }
        });
    }

    private static String ask(DatagramSocket socket) throws IOException {
        socket.setSoTimeout(20_000);
        socket.send(new DatagramPacket(new byte[] {'x'}, 1));
        DatagramPacket answer = new DatagramPacket(new byte[100], 100);
        socket.receive(answer);
        return new String(answer.getData(), 0, 2, StandardCharsets.US_ASCII);
    }

    /**
     * What has no connections, datagrams, goes on where the instance goes. A TCP connection is of the old namespace IP: its
     * server's kernel does not know it at the new one, and says so.
     */
    @Test
    void flowsFollowAnInstanceThatMovesToAnotherWorker() throws IOException {
        crowd.connect(SERVICE, CONNECTIONS);
        List<Connection> its = crowd.where(to(1));
        try (DatagramSocket byService = connected(SERVICE);
                DatagramSocket byInstance = connected("10.30.0.2")) {
            String server = ask(byService);
            assertThat(ask(byInstance)).isEqualTo("S1");
            if (!server.equals("S1")) {
                learn(at(2, w2, InstanceState.DRAINING)); // one that has its flow at S1 is wanted
            }
            try (DatagramSocket followed = connected(SERVICE)) {
                String before = ask(followed);
                InstanceAt moving = at(1, w3, InstanceState.SCHEDULED);
                learn(moving);
                w2.detach(s1);
                w3.attach(moving, space(1));
                learn(at(1, w3, InstanceState.READY));
                assertThat(ask(byInstance)).isEqualTo("S1");
                assertThat(ask(followed)).isEqualTo(before);
                assertThat(ask(byService)).isEqualTo(server);
            }
        }
        await().untilAsserted(
                        () -> assertThat(its.stream().filter(one -> !one.idle)).allMatch(one -> one.reset));
        awaitTalk(to(2));
        report("migrated");
        assertThat(crowd.where(to(2).and(one -> !one.isOpen()))).isEmpty();
        assertThat(crowd.connect(SERVICE, 20)).filteredOn(to(1)).isNotEmpty();
    }

    private DatagramSocket connected(String address) throws IOException {
        return clientSpace.call(() -> {
            DatagramSocket socket = new DatagramSocket();
            socket.connect(new InetSocketAddress(address, EchoServer.PORT));
            return socket;
        });
    }
}
