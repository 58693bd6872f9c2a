package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.balancing.Measurements;
import io.xylem.balancing.Policies;
import io.xylem.balancing.RoundRobin;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.Reported;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets;
import io.xylem.proxy.domain.TestPackets.Udp;
import io.xylem.proxy.domain.TestPolicy;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How far other workers are: who is asked, what counts as an answer, and what policies are told. */
class ProbingTest {
    private static final long SECOND = 1_000_000_000L;

    private final TestPolicy policy = new TestPolicy();
    private final TestOverlay overlay = new TestOverlay(new Policies(List.of(new RoundRobin(), policy)));
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");
    private final TestOverlay.Worker w3 = overlay.worker("w3", "192.168.77.3");
    private InstanceAt client;
    private long nonce = 1_000_000;

    @BeforeEach
    void measure() {
        w1.agent().measure(new Reported(), () -> overlay.nowNs, () -> nonce += 5_000);
        client = overlay.place(TestOverlay.C, 1, w1, InstanceState.READY);
    }

    /** What the policy is told of that worker. */
    private long roundTrip(String worker) {
        overlay.nowNs += SECOND / 1_000;
        w1.send(TestPackets.packet(
                client.namespaceIp().v4().toString(), "10.30.0.1", new Udp((int) (overlay.nowNs & 0xffff), 53)));
        w1.work();
        return policy.measurements().roundTripNs(worker);
    }

    private byte[] question(TestOverlay.Worker worker) {
        byte[] sent = requireNonNull(overlay.underlay.poll(worker.endpoint), "no question");
        assertThat(Arrays.copyOf(sent, 8)).isEqualTo(new byte[] {'X', 'Y', 'L', 'M', 1, 0, 0, 0});
        assertThat(sent).hasSize(16);
        return sent;
    }

    private void answer(Endpoint from, byte[] question) {
        byte[] answer = question.clone();
        answer[4] = 2;
        overlay.underlay.send(from, w1.endpoint, answer);
        w1.work();
    }

    private void exchange(TestOverlay.Worker worker, long tookNs) {
        w1.turn();
        byte[] question = question(worker);
        overlay.nowNs += tookNs;
        answer(worker.endpoint, question);
        overlay.nowNs += SECOND;
    }

    @Test
    void onlyWorkersWithCandidatesOfPoliciesThatAskAreAskedOnceASecond() {
        overlay.place(S, 1, w2, InstanceState.READY);
        overlay.place(S, 2, w3, InstanceState.UNREADY);
        overlay.service(S, "RR", SERVICE_IP);
        w1.work();
        assertThat(w1.counters.get(Count.SENT_PROBES)).isZero();

        overlay.service(S, TestPolicy.NAME, SERVICE_IP);
        overlay.nowNs += SECOND;
        for (int tenths = 0; tenths < 50; tenths++) {
            w1.turn();
            overlay.nowNs += SECOND / 10;
        }
        assertThat(w1.counters.get(Count.SENT_PROBES)).isEqualTo(5);
        assertThat(overlay.underlay.poll(w2.endpoint)).isNotNull();
        assertThat(overlay.underlay.poll(w3.endpoint)).isNull();

        overlay.place(S, 2, w3, InstanceState.READY);
        overlay.withdraw(overlay.place(S, 1, w2, InstanceState.READY).instance());
        overlay.nowNs += SECOND;
        w1.work();
        while (overlay.underlay.poll(w2.endpoint) != null) {
            // from before
        }
        overlay.nowNs += SECOND;
        w1.work();
        assertThat(overlay.underlay.poll(w2.endpoint)).isNull();
        question(w3);
    }

    @Test
    void theFirstAnswerCountsInFullAndLaterOnesAnEighth() {
        overlay.service(S, TestPolicy.NAME, SERVICE_IP);
        overlay.place(S, 1, w2, InstanceState.READY);
        assertThat(roundTrip("w2")).isEqualTo(Measurements.UNKNOWN);
        while (overlay.underlay.poll(w2.endpoint) != null) {
            // the datagram, and the question that came with it
        }
        overlay.nowNs += SECOND;
        exchange(w2, 800_000);
        exchange(w2, 1_600_000);
        assertThat(roundTrip("w2")).isEqualTo(900_000);
    }

    @Test
    void anAnswerNeedsTheNonceAndThePlace() {
        overlay.service(S, TestPolicy.NAME, SERVICE_IP);
        overlay.place(S, 1, w2, InstanceState.READY);
        w1.work();
        byte[] question = question(w2);
        byte[] other = question.clone();
        other[12] ^= 1;
        answer(w2.endpoint, other);
        answer(w3.endpoint, question);
        answer(new Endpoint("192.168.77.2", 50_104), question);
        assertThat(w1.drops(Drop.STRAY_PROBE)).isEqualTo(3);
        answer(w2.endpoint, question);
        answer(w2.endpoint, question);
        assertThat(w1.drops(Drop.STRAY_PROBE)).as("the second time too").isEqualTo(4);
        overlay.nowNs += SECOND;
        w1.work();
        byte[] late = question(w2);
        overlay.nowNs += SECOND;
        w1.work();
        answer(w2.endpoint, late);
        assertThat(w1.drops(Drop.STRAY_PROBE)).isEqualTo(5);
    }

    @Test
    void aWorkerThatDoesNotAnswerIsSilentUntilItDoes() {
        overlay.service(S, TestPolicy.NAME, SERVICE_IP);
        overlay.place(S, 1, w2, InstanceState.READY);
        exchange(w2, 800_000);
        for (int i = 0; i < 4; i++) {
            w1.turn();
            overlay.nowNs += SECOND;
        }
        assertThat(roundTrip("w2")).isEqualTo(Measurements.SILENT);
        while (overlay.underlay.poll(w2.endpoint) != null) {
            // nobody reads them
        }
        overlay.nowNs += SECOND;
        exchange(w2, 300_000);
        assertThat(roundTrip("w2")).isEqualTo(300_000);
    }

    @Test
    void questionsAreAnsweredInTheSameTurnAndNotWithoutEnd() {
        byte[] question = {'X', 'Y', 'L', 'M', 1, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1};
        overlay.underlay.send(w1.endpoint, w2.endpoint, question);
        w2.turn();
        byte[] answer = question.clone();
        answer[4] = 2;
        assertThat(overlay.underlay.poll(w1.endpoint)).isEqualTo(answer);
        for (int i = 0; i < 1_500; i++) {
            overlay.underlay.send(w1.endpoint, w2.endpoint, question);
            w2.turn();
            overlay.underlay.poll(w1.endpoint);
        }
        assertThat(w2.counters.get(Count.ANSWERED_PROBES)).isEqualTo(1_000);
        assertThat(w2.drops(Drop.PROBE_FLOOD)).isEqualTo(501);
        assertThat(w2.counters.get(Count.SENT_PACKETS)).isZero();
    }

    @Test
    void anythingElseThatLooksLikeOneIsNoPacket() {
        for (byte[] frame : List.of(
                new byte[] {'X', 'Y', 'L', 'M', 3, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2, 1},
                new byte[] {'X', 'Y', 'L', 'M', 1, 0, 0, 1, 8, 7, 6, 5, 4, 3, 2, 1},
                new byte[] {'X', 'Y', 'L', 'M', 1, 0, 0, 0, 8, 7, 6, 5, 4, 3, 2},
                new byte[] {'X', 'Y', 'L'})) {
            overlay.underlay.send(w1.endpoint, w2.endpoint, frame);
        }
        w2.work();
        assertThat(w2.drops(Drop.NOT_IP)).isEqualTo(4);
    }
}
