package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a flow may be silent and still be the same flow, whichever end breaks the silence. */
class FlowTimesTest {
    private static final String SERVICE = SERVICE_IP.v4().toString();
    private static final long SECOND = 1_000_000_000L;

    private final TestOverlay overlay = new TestOverlay();
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");
    private String a;
    private String ia;
    private InstanceAt server;

    @BeforeEach
    void place() {
        overlay.service(S, "RR", SERVICE_IP);
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.READY);
        a = client.namespaceIp().v4().toString();
        ia = client.instanceIp().v4().toString();
        server = overlay.place(S, 1, w2, InstanceState.READY);
    }

    private void ask(Content content) {
        w1.send(packet(a, SERVICE, content));
        overlay.settle();
        w2.delivered();
    }

    private void answer(Content content) {
        w2.send(packet(server.namespaceIp().v4().toString(), ia, content));
        overlay.settle();
    }

    /** Whether the server's packet arrives as the answer of the service that was dialled. */
    private boolean isAnswer(Content content) {
        w1.delivered();
        answer(content);
        byte[] expected = packet(SERVICE, a, content);
        return w1.delivered().stream().anyMatch(delivered -> java.util.Arrays.equals(delivered, expected));
    }

    @Test
    void aServerMayAnswerADatagramThreeMinutesLaterAndGoOn() {
        ask(new Udp(1_000, 53));
        for (int i = 0; i < 10; i++) {
            overlay.nowNs += 179 * SECOND;
            w1.work();
            w2.work();
            assertThat(isAnswer(new Udp(53, 1_000))).isTrue();
        }
        assertThat(w1.counters.get(Count.FLOWS_OPENED)).isEqualTo(1);
        assertThat(w2.counters.get(Count.FLOWS_ACCEPTED)).isEqualTo(1);
        overlay.nowNs += 180 * SECOND;
        assertThat(isAnswer(new Udp(53, 1_000))).isFalse();
    }

    /** The seconds of silence that a connection survives in each of its states, and those that it does not. */
    @ParameterizedTest
    @CsvSource({"opening, 239, 240", "established, 7439, 7440", "halfClosed, 7439, 7440", "closed, 239, 240"})
    void aConnectionMayBeSilentByItsState(String state, long survived, long forgotten) {
        ask(new Tcp(1_000, 80, "S"));
        if (!state.equals("opening")) {
            answer(new Tcp(80, 1_000, "SA"));
            ask(new Tcp(1_000, 80, "A"));
        }
        if (state.equals("halfClosed") || state.equals("closed")) {
            ask(new Tcp(1_000, 80, "FA"));
        }
        if (state.equals("closed")) {
            answer(new Tcp(80, 1_000, "FA"));
        }
        overlay.nowNs += survived * SECOND;
        w1.work();
        w2.work();
        String flags = state.equals("opening") ? "SA" : "A";
        assertThat(isAnswer(new Tcp(80, 1_000, flags))).isTrue();
        overlay.nowNs += (state.equals("opening") ? 7_440 : forgotten) * SECOND;
        w1.work();
        w2.work();
        assertThat(w1.counters.get(Count.FLOWS)).isZero();
        assertThat(w2.counters.get(Count.FLOWS)).isZero();
        assertThat(isAnswer(new Tcp(80, 1_000, "A"))).isFalse();
    }

    @Test
    void aConnectionThatWasNeverAnsweredIsForgotten() {
        ask(new Tcp(1_000, 80, "S"));
        overlay.nowNs += 240 * SECOND;
        w1.work();
        w2.work();
        assertThat(w1.counters.get(Count.FLOWS_EXPIRED)).isEqualTo(1);
        assertThat(w2.counters.get(Count.FLOWS_EXPIRED)).isEqualTo(1);
    }

    @Test
    void instancesThatAreAddedMeanwhileChangeNothing() {
        ask(new Tcp(1_000, 80, "S"));
        answer(new Tcp(80, 1_000, "SA"));
        for (int n = 2; n < 10; n++) {
            overlay.place(S, n, w2, InstanceState.READY);
            overlay.nowNs += 7_000 * SECOND;
            w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "A")));
            overlay.settle();
            assertThat(w2.delivered())
                    .containsExactly(packet(ia, server.namespaceIp().v4().toString(), new Tcp(1_000, 80, "A")));
        }
    }
}
