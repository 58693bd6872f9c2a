package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestAnswers.described;
import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.KeptFlow;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.Seed;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Flows over a restart of the proxy. Clients on w1, servers on w2 and on w1. */
class FlowRestoreTest {
    private static final String SERVICE = SERVICE_IP.v4().toString();
    private static final long SECOND = 1_000_000_000L;

    private final TestOverlay overlay = new TestOverlay();
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");
    private InstanceAt client;
    private InstanceAt server;
    private String a;
    private String ia;

    @BeforeEach
    void place() {
        overlay.service(S, "RR", SERVICE_IP);
        client = overlay.place(C, 1, w1, InstanceState.READY);
        server = overlay.place(S, 1, w2, InstanceState.READY);
        overlay.place(S, 2, w2, InstanceState.READY);
        overlay.place(S, 3, w1, InstanceState.READY);
        a = client.namespaceIp().v4().toString();
        ia = client.instanceIp().v4().toString();
    }

    /** @return the packet as the server's device got it */
    private byte[] sent(String to, Content content) {
        w1.send(packet(a, to, content));
        byte[] local = w1.device.poll();
        if (local != null) {
            return local;
        }
        w2.work();
        return requireNonNull(w2.device.poll());
    }

    @Test
    void eachGoesOnToItsInstanceWithItsAddressesAndPorts() {
        Random random = Seed.random();
        List<Sent> sent = new ArrayList<>();
        for (int port = 1; port <= 60; port++) {
            Content content = port % 3 == 0 ? new Udp(port, 53) : new Tcp(port, 80, "A");
            sent.add(send(port % 2 == 0 ? SERVICE : "10.30.0.2", content));
        }
        // One of these means the instance that the service IP means: its flow has another port in the tunnel.
        List.of(SERVICE, "10.30.0.2", "10.30.0.3", "10.30.0.4").forEach(to -> sent.add(send(to, new Udp(777, 53))));
        List<KeptFlow> kept = w1.restart(30 * SECOND);
        for (int i = 0; i < 300; i++) {
            Sent one = sent.get(random.nextInt(sent.size()));
            assertThat(sent(one.to, one.content)).isEqualTo(one.arrived);
        }
        assertThat(w1.counters.get(Count.FLOWS_RESTORED)).isEqualTo(kept.size());
        assertThat(w1.counters.get(Count.FLOWS_OPENED)).isEqualTo(sent.size());
    }

    private record Sent(String to, Content content, byte[] arrived) {}

    private Sent send(String to, Content content) {
        return new Sent(to, content, sent(to, content));
    }

    @Test
    void whatIsKnownOfAConnectionIsKnownStill() {
        String to = "10.30.0.2";
        String b = server.namespaceIp().v4().toString();
        byte[] nothing = {};
        sent(to, new Tcp(1_000, 80, "S", nothing, 489, 0));
        w2.send(packet(b, ia, new Tcp(80, 1_000, "SA", nothing, 6_999, 490)));
        overlay.settle();
        sent(to, new Tcp(1_000, 80, "A", new byte[10], 490, 7_000));
        sent(to, new Tcp(2_000, 80, "S"));
        w1.delivered();

        w1.restart(SECOND);
        w1.work();
        overlay.withdraw(server.instance());
        w1.work();
        assertThat(described(w1.delivered()))
                .as("only the connection, by its latest numbers")
                .containsExactly("10.30.0.2:80 > " + a + ":1000 RST seq=7000 ack=500");
    }

    @Test
    void aConnectionThatIsOverIsOverAndCountedNoMore() {
        String b = server.namespaceIp().v4().toString();
        sent("10.30.0.2", new Tcp(1_000, 80, "S"));
        sent("10.30.0.2", new Tcp(1_000, 80, "FA"));
        w2.send(packet(b, ia, new Tcp(80, 1_000, "FA")));
        overlay.settle();
        sent("10.30.0.2", new Tcp(2_000, 80, "S"));
        w2.restart(SECOND);
        w2.work();
        assertThat(w2.flows().hosted()).isEqualTo(Map.of(server.instance(), 1));
    }

    @Test
    void oneThatWasSilentForTooLongIsForgottenAndTheOldestGoFirst() {
        sent("10.30.0.2", new Udp(1, 53));
        overlay.nowNs += 10 * SECOND;
        sent("10.30.0.2", new Udp(2, 53));
        w1.restart(175 * SECOND);
        w1.work();
        assertThat(w1.counters.get(Count.FLOWS_RESTORED)).isEqualTo(1);
        assertThat(w1.counters.get(Count.FLOWS)).isEqualTo(1);
        overlay.nowNs += 5 * SECOND;
        w1.work();
        assertThat(w1.counters.get(Count.FLOWS)).isZero();
    }

    @Test
    void thoseWhoseEndsAreNotThereAnyMoreAreForgotten() {
        sent("10.30.0.2", new Udp(1, 53));
        sent("10.30.0.3", new Udp(1, 53));
        sent("10.30.0.4", new Udp(1, 53));
        overlay.withdraw(server.instance());
        w1.restart(SECOND);
        w1.work();
        assertThat(w1.counters.get(Count.FLOWS_RESTORED))
                .as("both ends of the local one, and the other one")
                .isEqualTo(3);
        w1.detach(client.instance());
        w1.restart(SECOND);
        w1.work();
        assertThat(w1.counters.get(Count.FLOWS)).as("the local server's end").isEqualTo(1);
    }

    @Test
    void aCopyIsMadeWhilePacketsGoOn() throws Exception {
        for (int port = 1; port <= 100; port++) {
            sent("10.30.0.2", new Udp(port, 53));
        }
        CompletableFuture<List<KeptFlow>> copy = w1.agent().transfer().copy();
        assertThat(copy).isNotDone();
        sent("10.30.0.2", new Udp(101, 53));
        assertThat(copy.get()).hasSizeGreaterThanOrEqualTo(100);
        CompletableFuture<List<KeptFlow>> next = w1.agent().transfer().copy();
        w1.work();
        assertThat(next.get()).hasSize(101);
    }
}
