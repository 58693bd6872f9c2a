package io.xylem.proxy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.model.DualAddress;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import io.xylem.proxy.linux.OutsideRules.Exposed;
import io.xylem.proxy.linux.OutsideRules.Port;
import io.xylem.proxy.linux.OutsideRules.Protocol;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Real packets from outside of the overlay:
 *
 * <pre>
 *  outside ── 192.168.77.0/24 ── worker ──┬── A
 *                                         └── B
 * </pre>
 */
class OutsideRulesIT {
    private static final DualAddress A = new DualAddress(Ipv4.parse("10.18.0.1"), Ipv6.parse("fc00::1"));
    private static final DualAddress B = new DualAddress(Ipv4.parse("10.18.0.2"), Ipv6.parse("fc00::2"));
    private static final List<String> NODE = List.of("192.168.77.1", "fd77::1");
    private static final List<String> OUTSIDE = List.of("192.168.77.9", "fd77::9");
    private static final Port TCP = new Port(Protocol.TCP, EchoServer.PORT, EchoServer.PORT);
    private static final Port UDP = new Port(Protocol.UDP, EchoServer.PORT, EchoServer.PORT);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private NetworkNamespace worker;
    private NetworkNamespace spaceA;
    private NetworkNamespace spaceB;
    private NetworkNamespace outside;

    @BeforeEach
    void setUp() throws IOException {
        TestNamespaces namespaces = opened(TestNamespaces.orSkip());
        worker = namespaces.make("w");
        outside = namespaces.make("o");
        spaceA = namespaces.make("a");
        spaceB = namespaces.make("b");
        namespaces.join(worker, NODE.getFirst() + "/24", outside, OUTSIDE.getFirst() + "/24");
        IpCommand.run(worker, "address add fd77::1/64 dev u0 nodad");
        IpCommand.run(
                outside,
                "address add fd77::9/64 dev u0 nodad",
                "route add 10.18.0.0/16 via 192.168.77.1",
                "route add fc00::/16 via fd77::1");
        TunDevice device = opened(TunDevice.open(worker, "xylem0", true));
        WorkerNetwork network = new WorkerNetwork(worker);
        network.prepare(device, List.of(Ipv4Prefix.parse("10.30.0.0/16")), List.of(Ipv6Prefix.parse("fdff::/16")));
        network.attach(spaceA, A);
        network.attach(spaceB, B);
        opened(new EchoServer("A", spaceA));
        opened(new EchoServer("B", spaceB));
        opened(new EchoServer("outside", outside));
    }

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

    private OutsideRules rules(boolean masquerades) {
        return new OutsideRules(
                worker,
                "xylem0",
                List.of(Ipv4Prefix.parse("10.30.0.0/16")),
                List.of(Ipv6Prefix.parse("fdff::/16")),
                masquerades);
    }

    @Test
    void publishedPortsLeadToTheirInstance() throws Exception {
        OutsideRules rules = rules(false);
        rules.set(List.of(new Exposed(A, List.of(TCP, UDP)), new Exposed(B, List.of())));
        for (int family = 0; family < 2; family++) {
            String node = NODE.get(family);
            InetAddress asker = InetAddress.getByName(OUTSIDE.get(family));
            EchoClient client = new EchoClient(outside);
            EchoServer.Told tcp = client.tcp(node, new byte[100_000]);
            assertThat(tcp.server()).isEqualTo("A");
            assertThat(tcp.seen()).as("the instance sees who asks").isEqualTo(asker);
            assertThat(client.udp(node, "x").server()).isEqualTo("A");
            String ofB = family == 0 ? B.v4().toString() : B.v6().toString();
            assertThat(client.tcp(ofB, new byte[1]).server())
                    .as("what passes through is not meant")
                    .isEqualTo("B");
            assertThat(client.udp(ofB, "x").server()).isEqualTo("B");
            assertThat(new EchoClient(worker).tcp(node, new byte[1]).server())
                    .as("from the node itself")
                    .isEqualTo("A");
            assertThat(new EchoClient(spaceB).tcp(node, new byte[1]).server())
                    .as("from an instance here")
                    .isEqualTo("A");
            assertThat(new EchoClient(spaceA).tcp(node, new byte[1]).server())
                    .as("from the same instance")
                    .isEqualTo("A");
            assertThat(new EchoClient(spaceA)
                            .tcp(OUTSIDE.get(family), new byte[1])
                            .seen())
                    .as("nothing is masqueraded")
                    .isEqualTo(InetAddress.getByName(family == 0 ? A.v4().toString() : A.v6().toString()));
        }

        rules.set(List.of(new Exposed(B, List.of(TCP))));
        assertThat(new EchoClient(outside).tcp(NODE.getFirst(), new byte[1]).server())
                .as("replaced as a whole")
                .isEqualTo("B");
        // As after SIGKILL: another process begins, and knows of nothing published.
        rules(false).set(List.of(new Exposed(A, List.of())));
        assertThat(tables()).doesNotContain("xylem");
        assertThatThrownBy(() -> new EchoClient(outside).tcp(NODE.getFirst(), new byte[1]))
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void masqueradedInstancesHaveTheNodesAddressOutside() throws Exception {
        OutsideRules rules = rules(true);
        rules.set(List.of(new Exposed(A, List.of(TCP)), new Exposed(B, List.of())));
        for (int family = 0; family < 2; family++) {
            InetAddress node = InetAddress.getByName(NODE.get(family));
            String out = OUTSIDE.get(family);
            assertThat(new EchoClient(spaceA).tcp(out, new byte[1]).seen()).isEqualTo(node);
            assertThat(new EchoClient(spaceB).udp(out, "x").seen()).isEqualTo(node);
            assertThat(new EchoClient(spaceB).tcp(NODE.get(family), new byte[1]).seen())
                    .as("instances here see each other")
                    .isEqualTo(InetAddress.getByName(family == 0 ? B.v4().toString() : B.v6().toString()));
        }
        rules.set(List.of());
        assertThat(tables()).doesNotContain("xylem");
    }

    @Test
    void aPortIsFreeWhenNobodyListens() throws Exception {
        opened(new EchoServer("node", worker));
        OutsideRules rules = rules(false);
        assertThat(rules.isFree(TCP)).isFalse();
        assertThat(rules.isFree(UDP)).isFalse();
        assertThat(rules.isFree(new Port(Protocol.TCP, 80, 80))).isTrue();
        assertThat(rules.isFree(new Port(Protocol.UDP, 80, 80))).isTrue();
    }

    @Test
    void whatTheKernelRefusesIsSaid() {
        OutsideRules broken = new OutsideRules(worker, "no such name", List.of(), List.of(), true);
        assertThatThrownBy(() -> broken.set(List.of(new Exposed(A, List.of(TCP)))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("`nft` in network namespace")
                .hasMessageContaining("syntax error");
    }

    private String tables() throws IOException {
        return worker.call(() -> {
            Process process = new ProcessBuilder("nft", "list", "tables").start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        });
    }
}
