package io.xylem.proxy.linux;

import io.xylem.balancing.Policies;
import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.RouteUpdate;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.RouteUpdate.ServiceKnown;
import io.xylem.proxy.linux.Crowd.Connection;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * A client with a crowd of connections, two thirds of them talking and the others idle, and a service whose instances
 * come and go:
 *
 * <pre>
 *  client C ── worker w1 ══╗
 *                          ╠══ switch 192.168.77.0/24
 *     S1, S2 ── worker w2 ══╣
 *              worker w3 ══╝
 * </pre>
 */
final class CrowdedWorkers implements AutoCloseable {
    static final ServiceName S = ServiceName.parse("A.prod.S.prod");
    static final String SERVICE = "10.30.0.1";
    static final int CONNECTIONS = 1_000;

    final TestWorker w1;
    final TestWorker w2;
    final TestWorker w3;
    final InstanceAt s1;
    final InstanceAt s2;
    final Crowd crowd;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Map<Integer, NetworkNamespace> spaces = new LinkedHashMap<>();
    private final List<TestWorker> workers;
    private final NetworkNamespace clientSpace;
    private long version = 10;

    CrowdedWorkers(TestWorker.KernelPaths paths) throws IOException {
        TestNamespaces namespaces = opened(TestNamespaces.orSkip());
        try {
            Map<NetworkNamespace, String> underlay = new LinkedHashMap<>();
            for (int n = 1; n <= 3; n++) {
                underlay.put(namespaces.make("w" + n), "192.168.77." + n + "/24");
            }
            namespaces.join(underlay);
            List<NetworkNamespace> workerSpaces = List.copyOf(underlay.keySet());
            w1 = opened(new TestWorker("w1", workerSpaces.get(0), "192.168.77.1", Policies.load(), true, paths));
            w2 = opened(new TestWorker("w2", workerSpaces.get(1), "192.168.77.2", Policies.load(), true, paths));
            w3 = opened(new TestWorker("w3", workerSpaces.get(2), "192.168.77.3", Policies.load(), true, paths));
            workers = List.of(w1, w2, w3);
            learn(new ServiceKnown(S, List.of(new ServiceIp("RR", address(SERVICE, "fdff:2000::1"))), 1));
            clientSpace = namespaces.make("c");
            InstanceAt client =
                    at(new InstanceName(ServiceName.parse("A.prod.C.prod"), 1), 100, w1, InstanceState.READY);
            learn(client);
            w1.attach(client, clientSpace);
            for (int n = 1; n <= 3; n++) {
                spaces.put(n, namespaces.make("s" + n));
            }
            s1 = start(1, w2);
            s2 = start(2, w2);
            crowd = opened(new Crowd(clientSpace));
        } catch (IOException | RuntimeException | AssertionError e) {
            close();
            throw e;
        }
    }

    <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    private static DualAddress address(String v4, String v6) {
        return new DualAddress(Ipv4.parse(v4), Ipv6.parse(v6));
    }

    void learn(RouteUpdate update) {
        workers.forEach(worker -> worker.learn(List.of(update)));
    }

    long nextVersion() {
        return version++;
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

    InstanceAt at(int n, TestWorker worker, InstanceState state) {
        return at(new InstanceName(S, n), n, worker, state);
    }

    NetworkNamespace space(int n) {
        return Objects.requireNonNull(spaces.get(n));
    }

    /** An instance with its servers, attached, and then ready. */
    InstanceAt start(int n, TestWorker worker) throws IOException {
        InstanceAt at = at(n, worker, InstanceState.READY);
        worker.attach(at, space(n));
        opened(new CrowdServer(n, space(n)));
        opened(new EchoServer("S" + n, space(n)));
        learn(at);
        return at;
    }

    /** The instance's network goes from one worker to another, as an orchestrator and routing would have it. */
    void move(InstanceAt instance, TestWorker from, TestWorker to) throws IOException {
        int n = instance.instance().number();
        InstanceAt there = at(n, to, InstanceState.SCHEDULED);
        learn(there);
        from.detach(instance);
        to.attach(there, space(n));
        learn(at(n, to, InstanceState.READY));
    }

    static Predicate<Connection> to(int server) {
        return connection -> connection.server == server;
    }

    /** A row of the table of what broke. */
    void report(String what) {
        System.out.printf(
                "| %s | %d | %d | %d | %d |%n",
                what,
                crowd.where(one -> true).size(),
                crowd.where(one -> one.reset).size(),
                crowd.where(one -> one.ended).size(),
                crowd.where(Connection::isOpen).size());
    }

    /** Asks by a connected socket, which is how a client hears of an unreachable. */
    String ask(String address) throws IOException {
        try (DatagramSocket socket = connected(address)) {
            return ask(socket);
        }
    }

    static String ask(DatagramSocket socket) throws IOException {
        socket.setSoTimeout(20_000);
        socket.send(new DatagramPacket(new byte[] {'x'}, 1));
        DatagramPacket answer = new DatagramPacket(new byte[100], 100);
        socket.receive(answer);
        return new String(answer.getData(), 0, 2, StandardCharsets.US_ASCII);
    }

    DatagramSocket connected(String address) throws IOException {
        return clientSpace.call(() -> {
            DatagramSocket socket = new DatagramSocket();
            socket.connect(new InetSocketAddress(address, EchoServer.PORT));
            return socket;
        });
    }

    @Override
    public void close() {
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
}
