package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.balancing.Policies;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Reported;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.Seed;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import io.xylem.proxy.domain.TestPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many flows an instance has: as its own worker reports it, and as the policies of a client's worker see it. */
class FlowCountsTest {
    private static final String SERVICE = SERVICE_IP.v4().toString();

    private final TestPolicy policy = new TestPolicy();
    private final TestOverlay overlay = new TestOverlay(new Policies(List.of(policy)));
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1", 100);
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2", 100);
    private InstanceAt client;
    private InstanceAt server;
    private String a;
    private String ia;
    private String b;

    @BeforeEach
    void place() {
        overlay.service(S, TestPolicy.NAME, SERVICE_IP);
        client = overlay.place(C, 1, w1, InstanceState.READY);
        server = overlay.place(S, 1, w2, InstanceState.READY);
        a = client.namespaceIp().v4().toString();
        ia = client.instanceIp().v4().toString();
        b = server.namespaceIp().v4().toString();
    }

    private void ask(int port, String flags) {
        w1.send(packet(a, SERVICE, new Tcp(port, 80, flags)));
        overlay.settle();
    }

    private long seenByPolicy() {
        return policy.measurements().activeFlows(server.instance());
    }

    @Test
    void aFlowCountsUntilItIsOver() {
        ask(1, "S");
        ask(2, "S");
        ask(2, "A");
        w1.send(packet(a, SERVICE, new Udp(1, 53)));
        overlay.settle();
        assertThat(seenByPolicy()).isEqualTo(3);
        assertThat(w2.flows().hosted()).isEqualTo(Map.of(server.instance(), 3));
        assertThat(w1.flows().hosted()).as("the client's own").isEmpty();

        ask(1, "FA");
        assertThat(w2.flows().hosted()).isEqualTo(Map.of(server.instance(), 3));
        w2.send(packet(b, ia, new Tcp(80, 1, "FA")));
        overlay.settle();
        assertThat(w2.flows().hosted()).isEqualTo(Map.of(server.instance(), 2));
        assertThat(seenByPolicy()).isEqualTo(2);
        ask(2, "R");
        assertThat(w2.flows().hosted()).isEqualTo(Map.of(server.instance(), 1));
        overlay.nowNs += 180_000_000_000L;
        overlay.settle();
        assertThat(w2.flows().hosted()).isEmpty();
        assertThat(seenByPolicy()).isZero();
        assertThat(w2.flows().any(C))
                .as("the rest of connections that are over")
                .isTrue();
        overlay.nowNs += 240_000_000_000L;
        overlay.settle();
        assertThat(w2.flows().any(C)).isFalse();
        assertThat(w1.flows().any(S)).isFalse();
    }

    @Test
    void whatItsWorkerReportsCountsWithWhatHappenedHereSince() {
        Reported reported = new Reported();
        w1.agent().measure(reported, () -> overlay.nowNs, () -> 0);
        ask(1, "S");
        ask(2, "S");
        reported.put(server.instance(), 10); // two of them are these
        ask(3, "S");
        assertThat(seenByPolicy()).isEqualTo(11);
    }

    @Test
    void flowsOfAnInstanceThatIsDetachedOrGoneCountNoMore() {
        ask(1, "S");
        ask(2, "S");
        overlay.withdraw(server.instance());
        overlay.settle();
        assertThat(seenByPolicy()).isZero();
        assertThat(w1.flows().any(S)).isFalse();
        w2.detach(server.instance());
        w2.work();
        assertThat(w2.flows().hosted()).isEmpty();
        assertThat(w2.flows().any(C)).isFalse();
    }

    @Test
    void anInstanceThatMovesTakesItsCountAlong() {
        ask(1, "S");
        InstanceAt moved = overlay.place(S, 1, w1, InstanceState.READY);
        overlay.settle();
        assertThat(w2.flows().hosted()).isEmpty();
        ask(1, "A");
        assertThat(w1.flows().hosted()).isEqualTo(Map.of(moved.instance(), 1));
        assertThat(seenByPolicy()).isEqualTo(1);
    }

    /** Whatever happens, the counts never drift: when everything has expired, they are what they were. */
    @Test
    void nothingIsLeftInTheEnd() {
        Random random = Seed.random();
        InstanceAt second = overlay.place(S, 2, w2, InstanceState.READY);
        List<InstanceAt> servers = List.of(server, second);
        String[] flags = {"S", "A", "A", "FA", "R"};
        Map<Integer, Integer> seen = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            int port = random.nextInt(150);
            InstanceAt one = servers.get(random.nextInt(2));
            Tcp segment = new Tcp(port, 80, flags[random.nextInt(flags.length)]);
            switch (random.nextInt(12)) {
                case 0 -> overlay.learn(TestOverlay.lost(one, overlay.nextVersion()));
                case 1 -> overlay.withdraw(one.instance());
                case 2, 3 -> overlay.learn(TestOverlay.at(one, InstanceState.READY, overlay.nextVersion()));
                case 4 -> w2.detach(one.instance());
                case 5, 6 -> w2.attach(one);
                case 7, 8 -> w2.send(packet(one.namespaceIp().v4().toString(), ia, segment.answer()));
                default -> w1.send(packet(a, SERVICE, segment));
            }
            overlay.nowNs += random.nextLong(2_000_000_000L);
            overlay.settle();
            w1.delivered();
            w2.delivered();
            int hosted = w2.flows().hosted().values().stream()
                    .mapToInt(Integer::intValue)
                    .sum();
            assertThat(hosted).isBetween(0, 100);
            seen.merge(hosted, 1, Integer::sum);
        }
        assertThat(seen).as("how often how many were seen").hasSizeGreaterThan(5);
        overlay.nowNs += 8_000_000_000_000L;
        for (int i = 0; i < 5; i++) {
            overlay.settle();
        }
        for (TestOverlay.Worker worker : List.of(w1, w2)) {
            assertThat(worker.flows().hosted()).isEmpty();
            assertThat(worker.flows().any(S) || worker.flows().any(C)).isFalse();
        }
        assertThat(seenByPolicy()).isZero();
        assertThat(policy.measurements().activeFlows(second.instance())).isZero();
    }
}
