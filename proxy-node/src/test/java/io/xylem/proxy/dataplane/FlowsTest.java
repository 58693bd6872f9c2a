package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Echo;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which instance a flow has, and how long. The client is on w1, the service's instances are where a test puts them. */
class FlowsTest {
    private static final String SERVICE = SERVICE_IP.v4().toString();
    private static final long SECOND = 1_000_000_000L;

    private final TestOverlay overlay = new TestOverlay();
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");
    private InstanceAt client;
    private String a;
    private String ia;

    @BeforeEach
    void placeClient() {
        overlay.service(S, "RR", SERVICE_IP);
        client = overlay.place(C, 1, w1, InstanceState.READY);
        a = client.namespaceIp().v4().toString();
        ia = client.instanceIp().v4().toString();
    }

    @Test
    void newFlowsGoRoundAndOldOnesStayWhenInstancesAreAdded() {
        Map<Integer, String> instanceByPort = new HashMap<>();
        overlay.place(S, 1, w2, InstanceState.READY);
        overlay.place(S, 2, w2, InstanceState.READY);
        for (int port = 1_000; port < 1_020; port++) {
            instanceByPort.put(port, receiver(new Tcp(port, 80, "S")));
        }
        assertThat(instanceByPort.values().stream().filter("10.18.1.1"::equals)).hasSize(10);

        overlay.place(S, 3, w2, InstanceState.READY);
        overlay.place(S, 2, w2, InstanceState.DRAINING);
        for (int port = 1_000; port < 1_020; port++) {
            assertThat(receiver(new Tcp(port, 80, "A"))).isEqualTo(instanceByPort.get(port));
        }
        assertThat(w1.counters.get(Count.FLOWS_OPENED)).isEqualTo(20);
        for (int port = 2_000; port < 2_010; port++) {
            assertThat(receiver(new Tcp(port, 80, "S"))).isIn("10.18.1.1", "10.18.1.3");
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInstanceGetsTheAnswersToItsOwnFlowsInAnyState(InstanceState state) {
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        overlay.place(C, 1, w1, state);
        w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "S")));
        overlay.settle();
        w2.send(packet(text(server), ia, new Tcp(80, 1_000, "SA")));
        overlay.settle();
        assertThat(w1.delivered()).containsExactly(packet(SERVICE, a, new Tcp(80, 1_000, "SA")));
    }

    @ParameterizedTest
    @EnumSource
    void anInstanceIpTakesNewFlowsWhileItServesOrDrains(InstanceState state) {
        InstanceAt server = overlay.place(S, 1, w2, state);
        w1.send(packet(a, server.instanceIp().v4().toString(), new Tcp(1_000, 80, "S")));
        overlay.settle();
        boolean taken = state == InstanceState.READY || state == InstanceState.DRAINING;
        assertThat(w2.delivered()).hasSize(taken ? 1 : 0);
        assertThat(w1.drops(Drop.INSTANCE_NOT_READY)).isEqualTo(taken ? 0 : 1);
    }

    @Test
    void aFlowFollowsItsInstanceToAnotherWorker() {
        overlay.place(S, 1, w2, InstanceState.READY);
        assertThat(receiver(new Tcp(1_000, 80, "S"))).isEqualTo("10.18.1.1");
        InstanceAt moved = overlay.place(S, 1, w1, InstanceState.SCHEDULED);
        w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "A")));
        assertThat(w1.delivered()).containsExactly(packet(ia, text(moved), new Tcp(1_000, 80, "A")));
        w1.send(packet(text(moved), ia, new Tcp(80, 1_000, "A")));
        assertThat(w1.delivered()).containsExactly(packet(SERVICE, a, new Tcp(80, 1_000, "A")));
    }

    @Test
    void aRepeatedSynStaysAndOneAfterTheEndChoosesAgain() {
        overlay.place(S, 1, w2, InstanceState.READY);
        overlay.place(S, 2, w2, InstanceState.READY);
        String first = receiver(new Tcp(1_000, 80, "S"));
        assertThat(receiver(new Tcp(1_000, 80, "S"))).isEqualTo(first);
        w2.send(packet(first, ia, new Tcp(80, 1_000, "R")));
        overlay.settle();
        assertThat(receiver(new Tcp(1_000, 80, "S"))).isNotEqualTo(first);
    }

    @Test
    void aSynDoesNotStayAtAnInstanceThatStoppedServing() {
        overlay.place(S, 1, w2, InstanceState.READY);
        String first = receiver(new Tcp(1_000, 80, "S"));
        overlay.place(S, 2, w2, InstanceState.READY);
        overlay.place(S, 1, w2, InstanceState.UNREADY);
        assertThat(receiver(new Tcp(1_000, 80, "A"))).isEqualTo(first);
        assertThat(receiver(new Tcp(1_000, 80, "S"))).isEqualTo("10.18.1.2");
    }

    @Test
    void pingsWithOneIdentifierInBothDirectionsStayApart() {
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        w1.send(packet(a, SERVICE, new Echo(7)));
        w2.send(packet(text(server), ia, new Echo(7)));
        overlay.settle();
        String ib = server.instanceIp().v4().toString();
        assertThat(w1.delivered()).containsExactly(packet(ib, a, new Echo(7)));
        assertThat(w2.delivered()).containsExactly(packet(ia, text(server), new Echo(7)));
        w1.send(packet(a, ib, new Echo(7).answer()));
        w2.send(packet(text(server), ia, new Echo(7).answer()));
        overlay.settle();
        assertThat(w1.delivered()).containsExactly(packet(SERVICE, a, new Echo(7).answer()));
        assertThat(w2.delivered()).containsExactly(packet(ia, text(server), new Echo(7).answer()));
    }

    @Test
    void anInstanceReachesItselfThroughItsService() {
        InstanceAt server = overlay.place(S, 1, w1, InstanceState.READY);
        String b = text(server);
        String ib = server.instanceIp().v4().toString();
        w1.send(packet(b, SERVICE, new Udp(1_000, 53)));
        assertThat(w1.delivered()).containsExactly(packet(ib, b, new Udp(1_000, 53)));
        w1.send(packet(b, ib, new Udp(53, 1_000)));
        assertThat(w1.delivered()).containsExactly(packet(SERVICE, b, new Udp(53, 1_000)));
    }

    @Test
    void equalPortsOfTwoInstancesDoNotMeet() {
        InstanceAt other = overlay.place(C, 2, w1, InstanceState.READY);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        for (Content content : List.of(new Tcp(5_060, 5_060, "S"), new Udp(5_060, 5_060))) {
            w1.send(packet(a, SERVICE, content));
            w1.send(packet(text(other), server.instanceIp().v4().toString(), content));
            overlay.settle();
            w2.send(packet(text(server), ia, content.answer()));
            w2.send(packet(text(server), other.instanceIp().v4().toString(), content.answer()));
            overlay.settle();
            assertThat(w1.delivered())
                    .containsExactly(
                            packet(SERVICE, a, content.answer()),
                            packet(server.instanceIp().v4().toString(), text(other), content.answer()));
        }
    }

    @Test
    void aFlowIsForgottenAfterItsProtocolsSilence() {
        overlay.place(S, 1, w2, InstanceState.READY);
        overlay.place(S, 2, w2, InstanceState.READY);
        String datagrams = receiver(new Udp(1_000, 53));
        String halfOpen = receiver(new Tcp(1_000, 80, "S"));
        String connected = receiver(new Tcp(2_000, 80, "S"));
        w2.send(packet(connected, ia, new Tcp(80, 2_000, "SA")));
        overlay.settle();

        overlay.nowNs += 179 * SECOND;
        assertThat(receiver(new Udp(1_000, 53))).isEqualTo(datagrams);
        assertThat(receiver(new Tcp(1_000, 80, "S"))).isEqualTo(halfOpen);
        overlay.nowNs += 180 * SECOND;
        assertThat(receiver(new Udp(1_000, 53))).isNotEqualTo(datagrams);
        overlay.nowNs += 7_000 * SECOND;
        assertThat(receiver(new Tcp(2_000, 80, "A"))).isEqualTo(connected);
        assertThat(w1.counters.get(Count.FLOWS)).isEqualTo(1);
        assertThat(w1.counters.get(Count.FLOWS_EXPIRED)).isEqualTo(3);
    }

    @Test
    void aFullTableForgetsTheFlowUsedLongestAgoAndCountsIt() {
        TestOverlay.Worker small = overlay.worker("w3", "192.168.77.3", 2);
        small.learn(overlay.place(S, 1, w2, InstanceState.READY));
        InstanceAt sender = overlay.place(C, 3, small, InstanceState.READY);
        for (int port : new int[] {1, 2, 1, 3}) {
            overlay.nowNs++;
            small.send(packet(text(sender), "10.30.0.2", new Udp(port, 53)));
        }
        assertThat(small.counters.get(Count.FLOWS_EVICTED)).isEqualTo(1);
        small.send(packet(text(sender), "10.30.0.2", new Udp(1, 53)));
        assertThat(small.counters.get(Count.FLOWS_OPENED)).isEqualTo(3);
        assertThat(small.counters.get(Count.FLOWS)).isEqualTo(2);
    }

    @Test
    void aNamespaceIpThatGoesToAnotherInstanceTakesNoFlowAlong() {
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        receiver(new Udp(1_000, 53));
        w1.detach(client.instance());
        overlay.withdraw(client.instance());
        InstanceAt successor = new InstanceAt(
                overlay.place(C, 2, w1, InstanceState.READY).instance(),
                TestOverlay.dual("10.30.0.200", "fdff::200"),
                client.namespaceIp(),
                "w1",
                w1.endpoint,
                InstanceState.READY,
                overlay.nextVersion());
        overlay.learn(successor);
        w1.attach(successor);
        w2.send(packet(text(server), ia, new Udp(53, 1_000)));
        assertThat(w2.drops(Drop.INSTANCE_GONE)).isEqualTo(1);
        w2.delivered();
        w1.send(packet(a, SERVICE, new Udp(1_000, 53)));
        overlay.settle();
        assertThat(w2.delivered()).containsExactly(packet("10.30.0.200", text(server), new Udp(1_000, 53)));
    }

    /** Sends from the client to the service and tells the namespace IP of who got it. */
    private String receiver(Content content) {
        w2.delivered();
        w1.send(packet(a, SERVICE, content));
        overlay.settle();
        List<byte[]> delivered = w2.delivered();
        assertThat(delivered).hasSize(1);
        byte[] packet = delivered.getFirst();
        String to = (packet[16] & 255) + "." + (packet[17] & 255) + "." + (packet[18] & 255) + "." + (packet[19] & 255);
        assertThat(packet).isEqualTo(packet(ia, to, content));
        return to;
    }

    private static String text(InstanceAt instance) {
        return instance.namespaceIp().v4().toString();
    }
}
