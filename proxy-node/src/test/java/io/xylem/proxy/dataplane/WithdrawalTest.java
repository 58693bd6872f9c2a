package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestAnswers.described;
import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.RouteUpdate.InstanceWithdrawn;
import io.xylem.proxy.domain.TestAnswers;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Echo;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What flows notice when their instance goes. The client is on w1, its server on w2. */
class WithdrawalTest {
    private static final String SERVICE = SERVICE_IP.v4().toString();
    private static final byte[] NOTHING = new byte[0];

    /** The ways of an instance to go without having drained. */
    enum Loss {
        ROUTE_REMOVED,
        WORKER_LOST
    }

    private final TestOverlay overlay = new TestOverlay();
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");
    private InstanceAt client;
    private InstanceAt server;
    private String a;
    private String ia;
    private String b;

    @BeforeEach
    void place() {
        overlay.service(S, "RR", SERVICE_IP);
        client = overlay.place(C, 1, w1, InstanceState.READY);
        server = overlay.place(S, 1, w2, InstanceState.READY);
        a = client.namespaceIp().v4().toString();
        ia = client.instanceIp().v4().toString();
        b = server.namespaceIp().v4().toString();
    }

    private void lose(Loss how) {
        switch (how) {
            case ROUTE_REMOVED -> overlay.withdraw(server.instance());
            case WORKER_LOST -> overlay.learn(TestOverlay.lost(server, overlay.nextVersion()));
        }
    }

    /** A connection, after which the client has sent up to {@code next} and expects {@code expected}. */
    private void connect(int port, int next, int expected) {
        w1.send(packet(a, SERVICE, new Tcp(port, 80, "S", NOTHING, next - 11, 0)));
        overlay.settle();
        w2.send(packet(b, ia, new Tcp(80, port, "SA", NOTHING, expected - 1, next - 10)));
        overlay.settle();
        w1.send(packet(a, SERVICE, new Tcp(port, 80, "A", new byte[10], next - 10, expected)));
        overlay.settle();
        w1.delivered();
        w2.delivered();
    }

    @ParameterizedTest
    @EnumSource
    void anIdleClientIsResetAtOnceWithTheNumberThatItExpects(Loss how) {
        connect(1_000, 500, 7_000);
        lose(how);
        w1.work();
        assertThat(described(w1.delivered())).containsExactly("10.30.0.1:80 > " + a + ":1000 RST seq=7000 ack=500");
        w1.work();
        assertThat(w1.delivered()).isEmpty();
        assertThat(w1.counters.get(Count.FLOWS_BROKEN)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, Integer.MAX_VALUE - 2, -3})
    void theLatestNumbersCountWhereverTheyWrapAround(int start) {
        connect(1_000, start, start);
        w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "A", new byte[5], start, start + 7)));
        w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "A", new byte[2], start, start + 1))); // a repetition
        lose(Loss.ROUTE_REMOVED);
        w1.work();
        assertThat(described(w1.delivered()))
                .containsExactly("10.30.0.1:80 > " + a + ":1000 RST seq=" + Integer.toUnsignedString(start + 7)
                        + " ack=" + Integer.toUnsignedString(start + 5));
    }

    @Test
    void aConnectionThatBeganAnewIsResetByItsNewNumbers() {
        connect(1_000, 500_000, 7_000_000);
        connect(1_000, 500, 7_000);
        lose(Loss.ROUTE_REMOVED);
        w1.work();
        assertThat(described(w1.delivered())).containsExactly("10.30.0.1:80 > " + a + ":1000 RST seq=7000 ack=500");
    }

    @Test
    void inIpv6Too() {
        String a6 = client.namespaceIp().v6().toString();
        String s6 = SERVICE_IP.v6().toString();
        w1.send(packet(a6, s6, new Tcp(1_000, 80, "S", NOTHING, 9, 0)));
        overlay.settle();
        w2.send(packet(
                server.namespaceIp().v6().toString(),
                client.instanceIp().v6().toString(),
                new Tcp(80, 1_000, "SA", NOTHING, 6_999, 10)));
        overlay.settle();
        w1.send(packet(a6, s6, new Tcp(1_000, 80, "A", NOTHING, 10, 7_000)));
        w1.delivered();
        lose(Loss.ROUTE_REMOVED);
        w1.work();
        assertThat(described(w1.delivered()))
                .containsExactly("fdff:2000:0:0:0:0:0:1:80 > fc00:0:0:0:0:0:0:65:1000 RST seq=7000 ack=10");
    }

    @Test
    void aChallengeIsAnsweredWithTheNumberThatItNames() {
        connect(1_000, 500, 7_000);
        lose(Loss.ROUTE_REMOVED);
        w1.work();
        w1.delivered();
        // RFC 5961 3.2: it had received more than it had acknowledged, and asks.
        w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "A", NOTHING, 500, 7_123)));
        assertThat(described(w1.delivered())).containsExactly("10.30.0.1:80 > " + a + ":1000 RST seq=7123");
        w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "R", NOTHING, 500, 0)));
        assertThat(w1.delivered()).isEmpty();
        assertThat(w1.drops(Drop.INSTANCE_GONE)).isEqualTo(2);
    }

    @Test
    void theOtherEndIsResetWhenTheClientGoes() {
        connect(1_000, 500, 7_000);
        w2.send(packet(b, ia, new Tcp(80, 1_000, "A", new byte[3], 7_000, 500)));
        overlay.withdraw(client.instance());
        w2.work();
        assertThat(described(w2.delivered())).containsExactly(ia + ":1000 > " + b + ":80 RST seq=500 ack=7003");
    }

    @Test
    void aDatagramIsRefusedOnceAndTheNextOneGoesToAnotherInstance() {
        w1.send(packet(a, SERVICE, new Udp(1_000, 53)));
        overlay.settle();
        InstanceAt other = overlay.place(S, 2, w2, InstanceState.READY);
        lose(Loss.ROUTE_REMOVED);
        w1.work();
        assertThat(w1.delivered()).isEmpty();
        w2.delivered();

        byte[] datagram = packet(a, SERVICE, new Udp(1_000, 53));
        w1.send(datagram);
        byte[] told = w1.delivered().getFirst();
        assertThat(described(told)).isEqualTo("10.30.0.1 > " + a + " port unreachable");
        assertThat(TestAnswers.quoted(told)).as("as the client sent it").isEqualTo(datagram);
        assertThat(w1.drops(Drop.INSTANCE_GONE)).isEqualTo(1);

        w1.send(datagram);
        overlay.settle();
        assertThat(w2.delivered())
                .containsExactly(packet(ia, other.namespaceIp().v4().toString(), new Udp(1_000, 53)));
    }

    @Test
    void aPingGoesToAnotherInstanceSilently() {
        w1.send(packet(a, SERVICE, new Echo(7)));
        overlay.place(S, 2, w2, InstanceState.READY);
        lose(Loss.WORKER_LOST);
        overlay.settle();
        w2.delivered();
        w1.send(packet(a, SERVICE, new Echo(7)));
        overlay.settle();
        assertThat(w1.delivered()).isEmpty();
        assertThat(w2.delivered()).hasSize(1);
    }

    @Test
    void aConnectionThatIsNotOneYetChoosesAgainWithItsNextSyn() {
        w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "S")));
        InstanceAt other = overlay.place(S, 2, w2, InstanceState.READY);
        lose(Loss.ROUTE_REMOVED);
        overlay.settle();
        assertThat(w1.delivered()).isEmpty();
        w2.delivered();
        w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "S")));
        overlay.settle();
        assertThat(w2.delivered())
                .containsExactly(packet(ia, other.namespaceIp().v4().toString(), new Tcp(1_000, 80, "S")));
    }

    @Test
    void aFailedProbeLeavesConnectionsAloneAndGetsNoNewOnes() {
        connect(1_000, 500, 7_000);
        overlay.learn(TestOverlay.at(server, InstanceState.UNREADY, overlay.nextVersion()));
        w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "A")));
        overlay.settle();
        assertThat(w2.delivered()).containsExactly(packet(ia, b, new Tcp(1_000, 80, "A")));
        assertThat(w1.delivered()).isEmpty();
        w1.send(packet(a, SERVICE, new Tcp(1_001, 80, "S", NOTHING, 41, 0)));
        assertThat(described(w1.delivered())).containsExactly("10.30.0.1:80 > " + a + ":1001 RST seq=0 ack=42");
        assertThat(w1.drops(Drop.NO_USABLE_INSTANCE)).isEqualTo(1);
    }

    @Test
    void aDrainingInstanceFinishesItsConnections() {
        connect(1_000, 500, 7_000);
        overlay.learn(TestOverlay.at(server, InstanceState.DRAINING, overlay.nextVersion()));
        for (int i = 0; i < 3; i++) {
            overlay.nowNs += 7_000_000_000_000L;
            w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "A")));
            overlay.settle();
            assertThat(w2.delivered()).containsExactly(packet(ia, b, new Tcp(1_000, 80, "A")));
        }
        w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "FA")));
        overlay.settle();
        w2.send(packet(b, ia, new Tcp(80, 1_000, "FA")));
        overlay.settle();
        w1.delivered();
        overlay.withdraw(server.instance());
        w1.work();
        assertThat(w1.delivered()).as("a connection that is over").isEmpty();
        assertThat(w1.counters.get(Count.FLOWS_BROKEN)).isZero();
    }

    @Test
    void whatStillComesFromALostWorkerIsDelivered() {
        w1.send(packet(a, SERVICE, new Udp(1_000, 53)));
        overlay.settle();
        lose(Loss.WORKER_LOST);
        w2.send(packet(b, ia, new Udp(53, 1_000)));
        overlay.settle();
        assertThat(w1.delivered()).containsExactly(packet(SERVICE, a, new Udp(53, 1_000)));
    }

    @Test
    void whatStillComesFromAnInstanceWithoutRouteIsNot() {
        w1.send(packet(a, SERVICE, new Udp(1_000, 53)));
        overlay.settle();
        w1.learn(new InstanceWithdrawn(server.instance(), overlay.nextVersion()));
        w2.send(packet(b, ia, new Udp(53, 1_000)));
        overlay.settle();
        assertThat(w1.delivered()).isEmpty();
        assertThat(w1.drops(Drop.UNKNOWN_SOURCE)).isEqualTo(1);
    }

    @Test
    void aWorkerDoesNotBelieveThatItIsLostItself() {
        InstanceAt here = overlay.place(S, 2, w1, InstanceState.READY);
        w1.send(packet(a, here.instanceIp().v4().toString(), new Tcp(1_000, 80, "S")));
        overlay.learn(TestOverlay.lost(here, overlay.nextVersion()));
        w1.delivered();
        w1.send(packet(a, here.instanceIp().v4().toString(), new Tcp(1_000, 80, "A")));
        assertThat(w1.delivered())
                .containsExactly(packet(ia, here.namespaceIp().v4().toString(), new Tcp(1_000, 80, "A")));
    }

    @Test
    void whoAsksFromALostWorkerIsAnswered() {
        overlay.learn(TestOverlay.lost(client, overlay.nextVersion()));
        w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "S", NOTHING, 499, 0)));
        w1.send(packet(a, SERVICE, new Udp(1_000, 53)));
        overlay.settle();
        assertThat(w2.delivered()).hasSize(2);
        w2.send(packet(b, ia, new Tcp(80, 1_000, "SA", NOTHING, 6_999, 500)));
        w2.send(packet(b, ia, new Tcp(80, 1_000, "A", new byte[10], 7_000, 500)));
        w2.send(packet(b, ia, new Udp(53, 1_000)));
        overlay.settle();
        assertThat(w2.delivered()).as("no refusal").isEmpty();
        assertThat(w1.delivered()).hasSize(3);
    }

    @Test
    void aWorkerThatComesBackGetsNewFlowsAndTheDatagramsOfOldOnes() {
        w1.send(packet(a, SERVICE, new Udp(1_000, 53)));
        overlay.settle();
        lose(Loss.WORKER_LOST);
        w1.work();
        assertThat(w1.flows().any(S)).isFalse();
        overlay.learn(TestOverlay.at(server, InstanceState.READY, overlay.nextVersion()));
        w2.delivered();
        w1.send(packet(a, SERVICE, new Udp(1_000, 53)));
        assertThat(w1.flows().any(S)).isTrue();
        w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "S")));
        overlay.settle();
        assertThat(w2.delivered()).hasSize(2);
        lose(Loss.ROUTE_REMOVED);
        w1.work();
        assertThat(w1.flows().any(S)).isFalse();
    }

    @Test
    void aTurnEndsSoManyFlowsAndTheNextOnesTheRest() {
        TestOverlay.Worker large = overlay.worker("w3", "192.168.77.3", 5_000);
        List.of(client, server).forEach(large::learn);
        InstanceAt sender = overlay.place(C, 3, large, InstanceState.READY);
        String from = sender.namespaceIp().v4().toString();
        String to = server.instanceIp().v4().toString();
        for (int port = 1; port <= 3_000; port++) {
            large.send(packet(from, to, new Tcp(port, 80, "A", NOTHING, port, port)));
            while (overlay.underlay.poll(w2.endpoint) != null) {
                // nobody answers
            }
        }
        overlay.withdraw(server.instance());
        List<Integer> perTurn = new ArrayList<>();
        int reset = 0;
        while (reset < 3_000) {
            large.turn();
            int now = large.delivered().size();
            assertThat(now).as("after %s", perTurn).isPositive();
            perTurn.add(now);
            reset += now;
        }
        assertThat(perTurn).containsExactly(1_024, 1_024, 952);
        assertThat(large.counters.get(Count.SENT_RESETS)).isEqualTo(3_000);
    }
}
