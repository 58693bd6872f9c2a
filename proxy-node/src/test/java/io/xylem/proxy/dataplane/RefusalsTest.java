package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestAnswers.described;
import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestAnswers;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets;
import io.xylem.proxy.domain.TestPackets.Echo;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a sender is told when nobody gets its packet, so that it does not wait. */
class RefusalsTest {
    private static final byte[] NOTHING = new byte[0];

    private final TestOverlay overlay = new TestOverlay();
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private InstanceAt client;

    @BeforeEach
    void place() {
        overlay.service(S, "RR", SERVICE_IP);
        client = overlay.place(C, 1, w1, InstanceState.READY);
    }

    private static String text(DualAddress address, boolean v4) {
        return v4 ? address.v4().toString() : address.v6().toString();
    }

    private String a(boolean v4) {
        return text(client.namespaceIp(), v4);
    }

    private List<String> told(byte[] packet) {
        w1.send(packet);
        return described(w1.delivered());
    }

    /** RFC 9293, 3.10.7.1. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSegmentToAServiceWithoutInstancesIsReset(boolean v4) {
        String s = text(SERVICE_IP, v4);
        String ends = v4 ? "10.30.0.1:80 > 10.18.0.101:1000" : "fdff:2000:0:0:0:0:0:1:80 > fc00:0:0:0:0:0:0:65:1000";
        assertThat(told(packet(a(v4), s, new Tcp(1_000, 80, "S", NOTHING, 41, 0))))
                .containsExactly(ends + " RST seq=0 ack=42");
        assertThat(told(packet(a(v4), s, new Tcp(1_000, 80, "SF", new byte[5], -3, 0))))
                .containsExactly(ends + " RST seq=0 ack=4");
        assertThat(told(packet(a(v4), s, new Tcp(1_000, 80, "A", new byte[9], 41, 77))))
                .containsExactly(ends + " RST seq=77");
        assertThat(told(packet(a(v4), s, new Tcp(1_000, 80, "R", NOTHING, 41, 77))))
                .isEmpty();
        assertThat(told(packet(a(v4), s, new Tcp(1_000, 80, "RA", NOTHING, 41, 77))))
                .isEmpty();
        assertThat(w1.drops(Drop.SCALED_TO_ZERO)).isEqualTo(5);
        assertThat(w1.counters.get(Count.SENT_RESETS)).isEqualTo(3);
        assertThat(w1.counters.get(Count.FLOWS)).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDatagramToAServiceWithoutInstancesIsUnreachable(boolean v4) {
        byte[] datagram = packet(a(v4), text(SERVICE_IP, v4), new Udp(1_000, 53));
        w1.send(datagram);
        byte[] told = w1.delivered().getFirst();
        assertThat(described(told)).endsWith("port unreachable");
        assertThat(TestAnswers.quoted(told)).isEqualTo(datagram);
    }

    /** RFC 1812 4.3.2.3 and RFC 4443 2.4 c: as much as fits into 576 and 1280 bytes. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLongDatagramIsQuotedInPart(boolean v4) {
        byte[] datagram = packet(a(v4), text(SERVICE_IP, v4), new Udp(1_000, 53, true, new byte[1_401]));
        w1.send(datagram);
        byte[] told = w1.delivered().getFirst();
        assertThat(told).hasSize(v4 ? 576 : 1_280);
        assertThat(described(told)).endsWith("port unreachable");
        assertThat(TestAnswers.quoted(told)).isEqualTo(Arrays.copyOf(datagram, told.length - (v4 ? 28 : 48)));
    }

    @Test
    void whatHasNoPortsIsToldOfTheHost() {
        assertThat(told(packet(a(true), text(SERVICE_IP, true), new Echo(1))))
                .containsExactly("10.30.0.1 > 10.18.0.101 host unreachable");
        assertThat(told(packet(a(false), text(SERVICE_IP, false), new Echo(1)))).hasSize(1);
        assertThat(told(packet(a(true), text(SERVICE_IP, true), new Echo(1).answer())))
                .as("an answer to nothing")
                .isEmpty();
    }

    @Test
    void anAddressThatNobodyHasIsNoHost() {
        assertThat(told(packet(a(true), "10.30.77.77", new Tcp(1_000, 80, "S"))))
                .containsExactly("10.30.77.77 > 10.18.0.101 host unreachable");
        assertThat(told(packet(a(false), "fdff::7777", new Udp(1_000, 80))))
                .containsExactly("fdff:0:0:0:0:0:0:7777 > fc00:0:0:0:0:0:0:65 host unreachable");
        assertThat(told(packet(a(true), "224.0.0.1", new Udp(1_000, 80))))
                .as("many hosts")
                .isEmpty();
        assertThat(told(packet(a(false), "ff02::1", new Udp(1_000, 80)))).isEmpty();
        assertThat(w1.drops(Drop.UNKNOWN_DESTINATION)).isEqualTo(4);
    }

    @Test
    void reasonsAreToldApart() {
        assertThat(told(packet(a(true), "10.30.0.1", new Udp(1, 2)))).hasSize(1);
        InstanceAt starting = overlay.place(S, 1, w1, InstanceState.SCHEDULED);
        assertThat(told(packet(a(true), "10.30.0.1", new Udp(1, 2)))).hasSize(1);
        assertThat(told(packet(a(true), text(starting.instanceIp(), true), new Tcp(1, 2, "S", NOTHING, 1, 0))))
                .containsExactly("10.30.0.2:2 > 10.18.0.101:1 RST seq=0 ack=2");
        assertThat(w1.drops(Drop.SCALED_TO_ZERO)).isEqualTo(1);
        assertThat(w1.drops(Drop.NO_USABLE_INSTANCE)).isEqualTo(1);
        assertThat(w1.drops(Drop.INSTANCE_NOT_READY)).isEqualTo(1);
        overlay.withdraw(starting.instance());
        assertThat(told(packet(a(true), "10.30.0.1", new Udp(1, 2)))).hasSize(1);
        assertThat(w1.drops(Drop.SCALED_TO_ZERO)).as("scaled to zero again").isEqualTo(2);
    }

    @Test
    void whoIsNoInstanceAndWhatIsNoPacketIsNotAnswered() {
        assertThat(told(packet("10.18.0.9", "10.30.0.1", new Udp(1, 2)))).isEmpty();
        assertThat(told(new byte[] {0x45, 0, 0})).isEmpty();
        assertThat(told(TestPackets.raw(a(true), "10.30.0.1", 6, new byte[19]))).isEmpty();
    }

    /** As Linux: 1000 unreachables a second, 50 at once; resets as many as segments. */
    @Test
    void unreachablesAreLimitedAndResetsAreNot() {
        int unreachable = 0;
        for (int i = 0; i < 200; i++) {
            unreachable += told(packet(a(true), "10.30.0.1", new Udp(1, 2))).size();
        }
        assertThat(unreachable).isEqualTo(50);
        for (int i = 0; i < 200; i++) {
            overlay.nowNs += 500_000;
            unreachable += told(packet(a(true), "10.30.0.1", new Udp(1, 2))).size();
        }
        assertThat(unreachable).isEqualTo(50 + 100);
        assertThat(w1.counters.get(Count.SUPPRESSED_UNREACHABLES)).isEqualTo(250);
        for (int i = 0; i < 200; i++) {
            assertThat(told(packet(a(true), "10.30.0.1", new Tcp(1, 2, "S")))).hasSize(1);
        }
    }
}
