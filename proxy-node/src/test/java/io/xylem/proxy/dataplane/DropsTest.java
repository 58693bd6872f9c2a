package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.icmpError;
import static io.xylem.proxy.domain.TestPackets.packet;
import static io.xylem.proxy.domain.TestPackets.raw;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.xylem.balancing.BalancingPolicy;
import io.xylem.balancing.Candidate;
import io.xylem.balancing.InstanceChooser;
import io.xylem.balancing.Policies;
import io.xylem.balancing.RoundRobin;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv6Prefix;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Echo;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A packet that can't be delivered is counted with its reason, whichever side it comes from. */
class DropsTest {
    private static final String SERVICE = SERVICE_IP.v4().toString();

    private final TestOverlay overlay = new TestOverlay(new Policies(List.of(
            new RoundRobin(),
            policy("thrower", "fdff:e000::/21", candidates -> {
                throw new IllegalStateException("as a policy from anybody may");
            }),
            policy("stranger", "fdff:f000::/21", List::size))));
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");

    static Stream<Arguments> malformed() {
        byte[] v4 = packet("10.18.0.101", "10.30.0.1", new Tcp(1, 2, "S"));
        byte[] v6 = packet("fc00::65", "fdff:2000::1", new Tcp(1, 2, "S"));
        byte[] udp = packet("10.18.0.101", "10.30.0.1", new Udp(1, 2));
        byte[] ping = packet("10.18.0.101", "10.30.0.1", new Echo(1));
        byte[] ping6 = packet("fc00::65", "fdff:2000::1", new Echo(1));
        return Stream.of(
                arguments("nothing", new byte[0], Drop.EMPTY),
                arguments("version 0", new byte[40], Drop.NOT_IP),
                arguments("version 15", with(v4, 0, 0xf5), Drop.NOT_IP),
                arguments("one byte of IPv4", new byte[] {0x45}, Drop.TRUNCATED_HEADER),
                arguments("19 bytes of IPv4", Arrays.copyOf(v4, 19), Drop.TRUNCATED_HEADER),
                arguments("39 bytes of IPv6", Arrays.copyOf(v6, 39), Drop.TRUNCATED_HEADER),
                arguments("IHL 4", with(v4, 0, 0x44), Drop.BAD_HEADER_LENGTH),
                arguments(
                        "IHL beyond the end",
                        with(raw("1.2.3.4", "5.6.7.8", 6, new byte[8]), 0, 0x4f),
                        Drop.BAD_HEADER_LENGTH),
                arguments("cut IPv4", Arrays.copyOf(v4, v4.length - 1), Drop.LENGTH_MISMATCH),
                arguments("padded IPv4", Arrays.copyOf(v4, v4.length + 1), Drop.LENGTH_MISMATCH),
                arguments("cut IPv6", Arrays.copyOf(v6, v6.length - 1), Drop.LENGTH_MISMATCH),
                arguments("padded IPv6", Arrays.copyOf(v6, v6.length + 1), Drop.LENGTH_MISMATCH),
                arguments("TCP of 19 bytes", raw("1.2.3.4", "5.6.7.8", 6, new byte[19]), Drop.TRUNCATED_TRANSPORT),
                arguments("UDP of 7 bytes", raw("fc00::1", "fdff::1", 17, new byte[7]), Drop.TRUNCATED_TRANSPORT),
                arguments("ICMP of 7 bytes", raw("1.2.3.4", "5.6.7.8", 1, new byte[7]), Drop.TRUNCATED_TRANSPORT),
                arguments("TCP data offset 4", with(v4, 32, 0x40), Drop.BAD_TRANSPORT_LENGTH),
                arguments("TCP data offset beyond the end", with(v4, 32, 0xf0), Drop.BAD_TRANSPORT_LENGTH),
                arguments("UDP length 7", with(with(udp, 24, 0), 25, 7), Drop.BAD_TRANSPORT_LENGTH),
                arguments("UDP length beyond the end", with(udp, 24, 1), Drop.BAD_TRANSPORT_LENGTH),
                arguments("39 octets and more to come", with(v4, 6, 0x20), Drop.BAD_FRAGMENT),
                arguments("a piece beyond the end", with(with(v4, 6, 0x1f), 7, 0xff), Drop.BAD_FRAGMENT),
                arguments("a piece of nothing", raw("fc00::65", "fdff::2", 44, fragment(17, 8, 8)), Drop.BAD_FRAGMENT),
                arguments("a piece of a piece", raw("fc00::65", "fdff::2", 44, fragment(44, 1, 24)), Drop.BAD_FRAGMENT),
                arguments(
                        "a first piece without all of its header",
                        raw("fc00::65", "fdff::2", 44, fragment(6, 1, 24)),
                        Drop.TRUNCATED_TRANSPORT),
                arguments(
                        "IPv6 routing header",
                        raw("fc00::65", "fdff::2", 43, new byte[] {6, 0, 0, 1, 0, 0, 0, 0}),
                        Drop.EXTENSION_HEADER),
                arguments("IPv6 authentication", raw("fc00::65", "fdff::2", 51, new byte[16]), Drop.EXTENSION_HEADER),
                arguments(
                        "cut option header",
                        raw("fc00::65", "fdff::2", 0, new byte[] {6, 1, 0, 0, 0, 0, 0, 0}),
                        Drop.TRUNCATED_HEADER),
                arguments("UDP-Lite of 7 bytes", raw("1.2.3.4", "5.6.7.8", 136, new byte[7]), Drop.TRUNCATED_TRANSPORT),
                arguments("ICMPv6 in IPv4", raw("1.2.3.4", "5.6.7.8", 58, new byte[40]), Drop.UNSUPPORTED_PROTOCOL),
                arguments("ICMP in IPv6", raw("fc00::65", "fdff::2", 1, new byte[40]), Drop.UNSUPPORTED_PROTOCOL),
                arguments("ICMP unreachable about nothing", with(ping, 20, 3), Drop.UNSUPPORTED_ICMP),
                arguments("ICMP redirect", with(ping, 20, 5), Drop.UNSUPPORTED_ICMP),
                arguments("ICMP echo with a code", with(ping, 21, 1), Drop.UNSUPPORTED_ICMP),
                arguments("ICMPv6 router solicitation", with(ping6, 40, 133), Drop.UNSUPPORTED_ICMP));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void malformed(String what, byte[] packet, Drop reason) {
        w1.send(packet);
        assertThat(w1.counters.drops(Direction.OUTBOUND, reason)).as(what).isEqualTo(1);
        overlay.underlay.send(w2.endpoint, w1.endpoint, packet);
        w1.work();
        assertThat(w1.counters.drops(Direction.INBOUND, reason)).as(what).isEqualTo(1);
        assertThat(w1.drops()).isEqualTo(2);
    }

    @Test
    void outbound() {
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.READY);
        String a = client.namespaceIp().v4().toString();
        w1.send(packet("10.18.0.9", SERVICE, new Udp(1, 2)));
        w1.send(packet(client.instanceIp().v4().toString(), SERVICE, new Udp(1, 2)));
        assertThat(w1.counters.drops(Direction.OUTBOUND, Drop.SOURCE_NOT_ATTACHED))
                .isEqualTo(2);
        w1.send(packet(a, SERVICE, new Udp(1, 2)));
        w1.send(packet(a, "192.0.2.1", new Udp(1, 2)));
        assertThat(w1.counters.drops(Direction.OUTBOUND, Drop.UNKNOWN_DESTINATION))
                .isEqualTo(2);
        overlay.service(S, "RR", SERVICE_IP);
        w1.send(packet(a, SERVICE, new Udp(1, 2)));
        assertThat(w1.counters.drops(Direction.OUTBOUND, Drop.SCALED_TO_ZERO)).isEqualTo(1);
        overlay.place(S, 1, w2, InstanceState.UNREADY);
        w1.send(packet(a, SERVICE, new Udp(1, 2)));
        assertThat(w1.counters.drops(Direction.OUTBOUND, Drop.NO_USABLE_INSTANCE))
                .isEqualTo(1);
        w1.send(packet(a, SERVICE, new Echo(1).answer()));
        assertThat(w1.counters.drops(Direction.OUTBOUND, Drop.NO_FLOW)).isEqualTo(1);
        assertThat(w1.drops()).isEqualTo(7);
    }

    @Test
    void policies() {
        String a =
                overlay.place(C, 1, w1, InstanceState.READY).namespaceIp().v4().toString();
        overlay.place(S, 1, w2, InstanceState.READY);
        for (String policy : List.of("nobodyKnowsIt", "thrower", "stranger")) {
            overlay.service(S, policy, SERVICE_IP);
            w1.send(packet(a, SERVICE, new Udp(1, 2)));
        }
        assertThat(w1.drops(Drop.UNKNOWN_POLICY)).isEqualTo(1);
        assertThat(w1.drops(Drop.POLICY_FAILED)).isEqualTo(2);
    }

    @Test
    void inbound() {
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.READY);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        String a = client.namespaceIp().v4().toString();
        String ib = server.instanceIp().v4().toString();
        inject(packet(ib, "10.18.0.9", new Udp(1, 2)));
        inject(packet(ib, SERVICE, new Udp(1, 2)));
        assertThat(w1.counters.drops(Direction.INBOUND, Drop.DESTINATION_NOT_ATTACHED))
                .isEqualTo(2);
        inject(packet("10.30.9.9", a, new Udp(1, 2)));
        inject(packet(server.namespaceIp().v4().toString(), a, new Udp(1, 2)));
        assertThat(w1.counters.drops(Direction.INBOUND, Drop.UNKNOWN_SOURCE)).isEqualTo(2);
        inject(packet(ib, a, new Echo(1).answer()));
        assertThat(w1.counters.drops(Direction.INBOUND, Drop.NO_FLOW)).isEqualTo(1);
        inject(packet(ib, a, new Udp(1, 2)));
        assertThat(w1.delivered()).hasSize(1);
        assertThat(w1.drops()).isEqualTo(5);
    }

    /** Whatever the packet says: only the worker that hosts its source can send it. */
    @Test
    void foreignWorkers() {
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.READY);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        TestOverlay.Worker w3 = overlay.worker("w3", "192.168.77.3");
        String a = client.namespaceIp().v4().toString();
        String ib = server.instanceIp().v4().toString();
        for (boolean ofFlow : new boolean[] {false, true}) {
            for (Endpoint stranger : List.of(w3.endpoint, w1.endpoint, new Endpoint("192.168.77.66", 50_103))) {
                for (Content content : List.of(new Udp(2, 1), new Tcp(2, 1, "S"), new Tcp(2, 1, "R"))) {
                    overlay.underlay.send(stranger, w1.endpoint, packet(ib, a, content));
                }
                overlay.underlay.send(
                        stranger,
                        w1.endpoint,
                        icmpError(
                                ib,
                                a,
                                3,
                                3,
                                0,
                                packet(
                                        client.instanceIp().v4().toString(),
                                        server.namespaceIp().v4().toString(),
                                        new Udp(1, 2))));
            }
            w1.work();
            assertThat(w1.delivered()).isEmpty();
            // An error is of no flow before there is one.
            assertThat(w1.drops(Drop.FOREIGN_WORKER) + w1.drops(Drop.NO_FLOW)).isEqualTo(ofFlow ? 24 : 12);
            w1.send(packet(a, ib, new Udp(1, 2)));
            w1.send(packet(a, ib, new Tcp(1, 2, "S")));
        }
        assertThat(w1.drops(Drop.NO_FLOW)).isEqualTo(3);
        inject(packet(ib, a, new Udp(2, 1)));
        assertThat(w1.delivered()).hasSize(1);
    }

    @Test
    void whatAPortRefuses() throws IOException {
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.READY);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        String a = client.namespaceIp().v4().toString();
        String ib = server.instanceIp().v4().toString();
        try (Tunnel gone = overlay.underlay.open(w2.endpoint)) {
            assertThat(gone).isNotNull();
        }
        w1.send(packet(a, ib, new Udp(1, 2)));
        assertThat(w1.counters.drops(Direction.OUTBOUND, Drop.TUNNEL_REFUSED)).isEqualTo(1);
        for (int i = 0; i < 2_001; i++) { // the device holds 2 000
            inject(packet(ib, a, new Udp(2, 1)));
        }
        assertThat(w1.counters.drops(Direction.INBOUND, Drop.DEVICE_REFUSED)).isEqualTo(1);
    }

    private void inject(byte[] packet) {
        overlay.underlay.send(w2.endpoint, w1.endpoint, packet);
        w1.work();
    }

    /** What follows an IPv6 header, all in all so many bytes. */
    private static byte[] fragment(int protocol, int offsetAndMore, int bytes) {
        byte[] content = new byte[bytes];
        content[0] = (byte) protocol;
        content[3] = (byte) offsetAndMore;
        return content;
    }

    private static byte[] with(byte[] packet, int at, int value) {
        byte[] changed = packet.clone();
        changed[at] = (byte) value;
        return changed;
    }

    private static BalancingPolicy policy(String name, String v6Prefix, ToIntFunction<List<Candidate>> choice) {
        return new BalancingPolicy() {
            @Override
            public String ipType() {
                return name;
            }

            @Override
            public String descriptorField() {
                return name + "_ip";
            }

            @Override
            public Ipv6Prefix v6Prefix() {
                return Ipv6Prefix.parse(v6Prefix);
            }

            @Override
            public InstanceChooser newChooser() {
                return asked -> choice.applyAsInt(asked.candidates());
            }
        };
    }
}
