package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestAnswers.described;
import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.FastPath.Left;
import io.xylem.proxy.domain.FastPath.Use;
import io.xylem.proxy.domain.MemoryFastPath;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Java knows of flows whose packets it does not see, and when it takes them back. */
class CarriedFlowsTest {
    private static final String SERVICE = SERVICE_IP.v4().toString();
    private static final long SECOND = 1_000_000_000L;
    private static final int FIN = 1;
    private static final int ACK = 16;

    private final TestOverlay overlay = new TestOverlay();
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");
    private final MemoryFastPath path = new MemoryFastPath();
    private InstanceAt client;
    private InstanceAt server;
    private String a;

    @BeforeEach
    void place() {
        w1.agent().use(path);
        overlay.service(S, "RR", SERVICE_IP);
        client = overlay.place(C, 1, w1, InstanceState.READY);
        server = overlay.place(S, 1, w2, InstanceState.READY);
        a = client.namespaceIp().v4().toString();
    }

    private Use onlyUse() {
        assertThat(path.uses).hasSize(1);
        return path.uses.firstEntry().getValue();
    }

    @Test
    void theFirstPacketHandsTheFlowOver() {
        w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "S")));
        assertThat(path.carried.values()).singleElement().satisfies(flow -> {
            assertThat(flow.dialledLow()).isEqualTo(Addresses.low(SERVICE_IP, true));
            assertThat(flow.remoteLow()).isEqualTo(Addresses.low(server.namespaceIp(), true));
            assertThat(flow.openedHere()).isTrue();
        });
    }

    @Test
    void aFlowThatIsUsedElsewhereIsNotSilent() {
        w1.send(packet(a, SERVICE, new Udp(1_000, 53)));
        overlay.nowNs += 179 * SECOND;
        onlyUse().outbound = true;
        onlyUse().lastNs = overlay.nowNs;
        overlay.nowNs += 179 * SECOND;
        w1.work();
        assertThat(w1.counters.get(Count.FLOWS)).isEqualTo(1);

        overlay.nowNs += SECOND;
        w1.work();
        assertThat(w1.counters.get(Count.FLOWS)).isZero();
        assertThat(path.carried).isEmpty();
    }

    @Test
    void aConnectionThatEndsElsewhereIsNotActive() {
        InstanceAt here = overlay.place(S, 2, w1, InstanceState.READY);
        String from = server.namespaceIp().v4().toString();
        w2.send(packet(from, here.instanceIp().v4().toString(), new Tcp(1_000, 80, "S")));
        overlay.settle();
        assertThat(w1.flows().hosted()).containsKey(here.instance());

        Use use = onlyUse();
        use.outbound = true;
        use.inbound = true;
        use.outboundFlags = FIN | ACK;
        use.inboundFlags = ACK;
        overlay.nowNs += SECOND;
        w1.work();
        assertThat(w1.flows().hosted()).as("one end has finished").containsKey(here.instance());
        use.inboundFlags = FIN | ACK;
        overlay.nowNs += SECOND;
        w1.work();
        assertThat(w1.flows().hosted()).isEmpty();
    }

    @Test
    void aResetSaysWhatTheOwnEndAcknowledgedElsewhere() {
        w1.send(packet(a, SERVICE, new Tcp(1_000, 80, "S")));
        Use use = onlyUse();
        use.outbound = true;
        use.inbound = true;
        use.outboundFlags = ACK;
        use.acknowledged = 7_000;
        use.sent = 500;
        overlay.withdraw(server.instance());
        w1.work();
        assertThat(described(w1.delivered())).containsExactly("10.30.0.1:80 > " + a + ":1000 RST seq=7000 ack=500");
        assertThat(path.carried).isEmpty();
    }

    @Test
    void aFlowToAnInstanceThatMovedIsTakenBackAndGoesTheNewWay() {
        TestOverlay.Worker w3 = overlay.worker("w3", "192.168.77.3");
        w1.send(packet(a, SERVICE, new Udp(1_000, 53)));
        server = overlay.place(S, 1, w3, InstanceState.READY);
        w1.work();
        assertThat(path.carried).isEmpty();

        w1.send(packet(a, SERVICE, new Udp(1_000, 53)));
        assertThat(path.carried.values())
                .singleElement()
                .satisfies(flow -> assertThat(flow.remote().peer()).isEqualTo(w3.endpoint));
    }

    @Test
    void aWayThatIsNotRightAnyMoreIsNoticedWithinASecond() {
        w1.send(packet(a, SERVICE, new Udp(1_000, 53)));
        path.refuses = true;
        w1.work();
        overlay.nowNs += SECOND;
        w1.work();
        assertThat(path.carried).isEmpty();
    }

    @Test
    void flowsOfTheProcessBeforeAreTakenOverIfTheirEndsAreThere() {
        TestOverlay.Worker late = overlay.worker("w4", "192.168.77.4");
        overlay.service(S, "RR", SERVICE_IP);
        late.learn(server);
        InstanceAt own = overlay.place(C, 2, late, InstanceState.READY);
        MemoryFastPath before = new MemoryFastPath();
        before.left = List.of(left(own, server, 1_000), left(own, client, 2_000), left(client, server, 3_000));
        late.agent().use(before);
        late.work();

        assertThat(before.isForgotten).isTrue();
        assertThat(late.counters.get(Count.FLOWS_ADOPTED)).isEqualTo(1);
        assertThat(before.carried.values())
                .singleElement()
                .satisfies(flow -> assertThat(flow.ownPort()).isEqualTo(1_000));
        String from = own.namespaceIp().v4().toString();
        late.send(packet(from, SERVICE, new Udp(1_000, 53)));
        assertThat(late.counters.get(Count.FLOWS_OPENED)).as("it is that flow").isZero();
    }

    /** A datagram flow to the service. {@code late} knows only the server's route. */
    private static Left left(InstanceAt own, InstanceAt remote, int port) {
        Use use = new Use();
        use.outbound = true;
        return new Left(
                17,
                0,
                Addresses.low(own.namespaceIp(), true),
                port,
                0,
                Addresses.low(SERVICE_IP, true),
                53,
                0,
                Addresses.low(remote.instanceIp(), true),
                port,
                true,
                use);
    }
}
