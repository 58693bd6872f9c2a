package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.icmpError;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Echo;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An ICMP error that quotes what an end received arrives at the other end quoting what that end sent. */
class IcmpErrorsTest {
    private final TestOverlay overlay = new TestOverlay();
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");

    static Stream<Arguments> cases() {
        List<Arguments> cases = new ArrayList<>();
        for (boolean v4 : new boolean[] {true, false}) {
            for (boolean byService : new boolean[] {true, false}) {
                for (boolean sameWorker : new boolean[] {true, false}) {
                    for (Content content : List.of(
                            new Tcp(40_001, 80, "A"),
                            new Udp(40_002, 53),
                            new Udp(40_003, 53, false, new byte[] {1, 2, 3}),
                            new Echo(0xfffe))) {
                        cases.add(Arguments.of(v4, byService, sameWorker, content));
                    }
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void quotesWhatItsReceiverSent(boolean v4, boolean byService, boolean sameWorker, Content content) {
        TestOverlay.Worker there = sameWorker ? w1 : w2;
        overlay.service(S, "RR", SERVICE_IP);
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.READY);
        InstanceAt server = overlay.place(S, 1, there, InstanceState.READY);
        String a = text(client.namespaceIp(), v4);
        String b = text(server.namespaceIp(), v4);
        String seenByB = text(client.instanceIp(), v4);
        String dialled = byService ? text(SERVICE_IP, v4) : text(server.instanceIp(), v4);

        for (int round = 0; round < 2; round++) { // the second time by a flow with another port in the tunnel
            byte[] sent = packet(a, dialled, content);
            byte[] got = passed(w1, there, sent);
            byte[] answer = answerTo(got, b, seenByB, content);
            byte[] answered = passed(there, w1, answer);
            for (int quoted : new int[] {(v4 ? 20 : 40) + 8, sent.length}) {
                byte[] error = icmpError(b, seenByB, v4 ? 3 : 1, 4, 1_400, Arrays.copyOf(got, quoted));
                assertThat(passed(there, w1, error))
                        .isEqualTo(icmpError(dialled, a, v4 ? 3 : 1, 4, 1_400, Arrays.copyOf(sent, quoted)));
                error = icmpError(a, dialled, v4 ? 11 : 2, 0, 0, Arrays.copyOf(answered, quoted));
                assertThat(passed(w1, there, error))
                        .isEqualTo(icmpError(seenByB, b, v4 ? 11 : 2, 0, 0, Arrays.copyOf(answer, quoted)));
            }
            dialled = byService ? text(server.instanceIp(), v4) : text(SERVICE_IP, v4);
        }
        assertThat(w1.drops() + w2.drops()).isZero();
    }

    private byte[] passed(TestOverlay.Worker from, TestOverlay.Worker to, byte[] packet) {
        from.send(packet);
        overlay.settle();
        List<byte[]> delivered = to.delivered();
        assertThat(delivered).hasSize(1);
        return delivered.getFirst();
    }

    /** To the port or identifier that the packet came with, which may not be the one that it was sent with. */
    private static byte[] answerTo(byte[] got, String b, String seenByB, Content content) {
        int at = got[0] >> 4 == 4 ? 20 : 40;
        int field = content instanceof Echo ? at + 4 : at;
        int port = ((got[field] & 255) << 8) | (got[field + 1] & 255);
        return packet(
                b,
                seenByB,
                switch (content) {
                    case Tcp tcp -> new Tcp(tcp.destinationPort(), port, "A");
                    case Udp udp -> new Udp(udp.destinationPort(), port, udp.hasChecksum(), udp.payload());
                    case Echo echo -> new Echo(true, port, echo.payload());
                });
    }

    @Test
    void theWorkersOwnKernelMayComplainAboutAPacketForAnInstanceHere() {
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.READY);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        InstanceAt other = overlay.place(S, 2, w2, InstanceState.READY);
        String a = text(client.namespaceIp(), true);
        String seenByB = text(client.instanceIp(), true);
        byte[] sent = packet(a, text(server.instanceIp(), true), new Udp(1, 2));
        byte[] got = passed(w1, w2, sent);
        assertThat(passed(w2, w1, icmpError("169.254.1.1", seenByB, 3, 4, 1_000, got)))
                .isEqualTo(icmpError(text(server.instanceIp(), true), a, 3, 4, 1_000, sent));
        w2.send(icmpError(text(other.namespaceIp(), true), seenByB, 3, 4, 1_000, got));
        assertThat(w2.drops(Drop.NO_FLOW)).as("another instance may not").isEqualTo(1);
    }

    @Test
    void aboutWhatNobodySentIsDropped() {
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.READY);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        String a = text(client.namespaceIp(), true);
        String b = text(server.namespaceIp(), true);
        String ia = text(client.instanceIp(), true);
        String ib = text(server.instanceIp(), true);
        w2.send(icmpError(b, ia, 3, 3, 0, packet(ia, b, new Udp(1, 2))));
        assertThat(w2.drops(Drop.NO_FLOW)).isEqualTo(1);
        byte[] got = passed(w1, w2, packet(a, ib, new Udp(1, 2)));
        w2.send(icmpError(b, ib, 3, 3, 0, got)); // not to its sender
        w2.send(icmpError(b, ia, 3, 3, 0, Arrays.copyOf(got, 27)));
        assertThat(w2.drops(Drop.NO_FLOW)).isEqualTo(2);
        assertThat(w2.drops(Drop.UNSUPPORTED_ICMP)).isEqualTo(1);
        // In the tunnel, it must quote what was in the tunnel.
        overlay.underlay.send(w2.endpoint, w1.endpoint, icmpError(ib, a, 3, 3, 0, packet(a, ib, new Udp(1, 2))));
        w1.work();
        assertThat(w1.drops(Drop.NO_FLOW)).isEqualTo(1);
        assertThat(w1.delivered()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aPacketThatMayNotGoFurtherIsAnsweredAsByARouter(boolean v4) {
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.READY);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        String a = text(client.namespaceIp(), v4);
        String ib = text(server.instanceIp(), v4);
        byte[] last = packet(a, ib, new Udp(1, 2, true, new byte[100]));
        last[v4 ? 8 : 7] = 1;
        w1.send(last);
        byte[] told = w1.delivered().getFirst();
        byte[] expected = icmpError(ib, a, v4 ? 11 : 3, 0, 0, last);
        int body = v4 ? 20 : 40;
        assertThat(Arrays.copyOfRange(told, body, told.length))
                .isEqualTo(Arrays.copyOfRange(expected, body, expected.length));
        assertThat(w1.counters.get(Count.SENT_TIME_EXCEEDED)).isEqualTo(1);
        byte[] error = icmpError(a, ib, v4 ? 3 : 1, 3, 0, last);
        error[v4 ? 8 : 7] = 1;
        w1.send(error);
        assertThat(w1.drops(Drop.HOP_LIMIT_REACHED)).isEqualTo(2);
        assertThat(w1.delivered()).as("nothing is said about an error").isEmpty();
    }

    private static String text(DualAddress address, boolean v4) {
        return v4 ? address.v4().toString() : address.v6().toString();
    }
}
