package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestAnswers.described;
import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections of an instance that moves from w2 to w3; the client is on w1. */
class MovesTest {
    private static final String SERVICE = SERVICE_IP.v4().toString();
    private static final byte[] NOTHING = new byte[0];

    private final TestOverlay overlay = new TestOverlay();
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");
    private final TestOverlay.Worker w3 = overlay.worker("w3", "192.168.77.3");
    private InstanceAt server;
    private InstanceAt client;

    @BeforeEach
    void place() {
        overlay.service(S, "RR", SERVICE_IP);
        client = overlay.place(C, 1, w1, InstanceState.READY);
        server = overlay.place(S, 1, w2, InstanceState.READY);
    }

    private static String a(InstanceAt at) {
        return at.namespaceIp().v4().toString();
    }

    private static String i(InstanceAt at) {
        return at.instanceIp().v4().toString();
    }

    /** An idle connection, whose client has sent up to 500 and expects 7000. */
    private void connect(String dialled, int port) {
        w1.send(packet(a(client), dialled, new Tcp(port, 80, "S", NOTHING, 499, 0)));
        overlay.settle();
        w2.send(packet(a(server), i(client), new Tcp(80, port, "SA", NOTHING, 6_999, 500)));
        overlay.settle();
        w1.send(packet(a(client), dialled, new Tcp(port, 80, "A", NOTHING, 500, 7_000)));
        overlay.settle();
        w1.delivered();
        w2.delivered();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.30.0.1", "10.30.0.2"})
    void theNewPlaceIsAskedOnceItIsThereAndItsResetGoesToTheClient(String dialled) {
        connect(dialled, 1_000);
        InstanceAt there = overlay.place(S, 1, w3, InstanceState.SCHEDULED);
        overlay.settle();
        assertThat(w3.delivered()).as("before somebody answers there").isEmpty();

        overlay.learn(TestOverlay.at(there, InstanceState.READY, overlay.nextVersion()));
        overlay.settle();
        assertThat(described(w3.delivered()))
                .containsExactly(i(client) + ":1000 > " + a(there) + ":80 no RST seq=499 ack=7000");
        assertThat(w1.counters.get(Count.ASKED_CONNECTIONS)).isEqualTo(1);

        w3.send(packet(a(there), i(client), new Tcp(80, 1_000, "R", NOTHING, 7_000, 0)));
        overlay.settle();
        assertThat(w1.delivered())
                .containsExactly(packet(dialled, a(client), new Tcp(80, 1_000, "R", NOTHING, 7_000, 0)));
        w1.work();
        assertThat(w1.delivered()).isEmpty();
    }

    @Test
    void theOtherEndOfAClientThatMovesIsAskedToo() {
        connect(SERVICE, 1_000);
        InstanceAt there = overlay.place(C, 1, w3, InstanceState.READY);
        overlay.settle();
        assertThat(described(w3.delivered()))
                .containsExactly(i(server) + ":80 > " + a(there) + ":1000 no RST seq=6999 ack=500");
    }

    @Test
    void onlyConnectionsAreAskedAndOnlyAboutANewPlace() {
        w1.send(packet(a(client), SERVICE, new Udp(1_000, 53)));
        w1.send(packet(a(client), SERVICE, new Tcp(2_000, 80, "S")));
        connect(SERVICE, 3_000);
        w1.send(packet(a(client), SERVICE, new Tcp(3_000, 80, "R")));
        overlay.settle();
        w2.delivered();
        overlay.place(S, 1, w3, InstanceState.READY);
        overlay.settle();
        assertThat(w3.delivered()).isEmpty();

        InstanceAt again = overlay.place(S, 1, w2, InstanceState.READY);
        connect(SERVICE, 4_000);
        overlay.learn(TestOverlay.at(again, InstanceState.UNREADY, overlay.nextVersion()));
        overlay.settle();
        overlay.learn(TestOverlay.at(again, InstanceState.READY, overlay.nextVersion()));
        overlay.settle();
        assertThat(w2.delivered()).isEmpty();
        assertThat(w1.counters.get(Count.ASKED_CONNECTIONS)).isZero();
    }

    @Test
    void whenItIsRemovedOnTheWayItsClientsAreReset() {
        connect(SERVICE, 1_000);
        overlay.place(S, 1, w3, InstanceState.SCHEDULED);
        overlay.settle();
        overlay.withdraw(server.instance());
        overlay.settle();
        assertThat(described(w1.delivered()))
                .containsExactly("10.30.0.1:80 > " + a(client) + ":1000 RST seq=7000 ack=500");
        assertThat(w3.delivered()).isEmpty();
    }

    @Test
    void manyAreAskedInTurnsAndEachOnce() {
        for (int port = 1; port <= 300; port++) {
            connect(SERVICE, port);
        }
        overlay.place(S, 1, w3, InstanceState.READY);
        overlay.settle();
        assertThat(w3.delivered()).hasSize(300).doesNotHaveDuplicates();
        assertThat(w1.counters.get(Count.ASKED_CONNECTIONS)).isEqualTo(300);
    }
}
