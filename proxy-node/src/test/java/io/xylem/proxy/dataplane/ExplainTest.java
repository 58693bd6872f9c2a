package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.Explained;
import io.xylem.proxy.domain.Explained.Step;
import io.xylem.proxy.domain.FiveTuple;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The answer to "where would this go, and why" is what then happens, and asking changes nothing. */
class ExplainTest {
    private final TestOverlay overlay = new TestOverlay();
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");
    private InstanceAt client;
    private String a;

    private record Asked(String from, int sourcePort, String to, int destinationPort, int protocol)
            implements FiveTuple {
        @Override
        public long sourceHigh() {
            return 0;
        }

        @Override
        public long sourceLow() {
            return Addresses.mapped(Ipv4.parse(from).bits());
        }

        @Override
        public long destinationHigh() {
            return 0;
        }

        @Override
        public long destinationLow() {
            return Addresses.mapped(Ipv4.parse(to).bits());
        }
    }

    @BeforeEach
    void place() {
        overlay.service(S, "RR", SERVICE_IP);
        client = overlay.place(C, 1, w1, InstanceState.READY);
        a = client.namespaceIp().v4().toString();
    }

    private Explained explain(String from, int port, String to) {
        CompletableFuture<Explained> answer = w1.agent().explain(new Asked(from, port, to, 80, 6));
        w1.turn();
        return answer.join();
    }

    @Test
    void aNewFlowGoesWhereItIsSaidToGo() {
        for (int n = 1; n <= 3; n++) {
            overlay.place(S, n, w2, InstanceState.READY);
        }
        overlay.place(S, 4, w2, InstanceState.DRAINING);
        for (int port = 1_000; port < 1_010; port++) {
            Explained said = explain(a, port, "10.30.0.1");
            assertThat(said).isEqualTo(explain(a, port, "10.30.0.1"));
            assertThat(said.flow()).isFalse();
            assertThat(said.drop()).isNull();
            assertThat(said.tableVersion()).isEqualTo(w1.routes.table().version());
            assertThat(said.considered()).hasSize(3);
            w2.delivered();
            w1.send(packet(a, "10.30.0.1", new Tcp(port, 80, "S")));
            overlay.settle();
            if (said.receiver() != null) { // a policy need not know before it chooses
                assertThat(ByteBuffer.wrap(w2.delivered().getFirst()).getInt(16))
                        .isEqualTo(said.receiver().route().namespaceIp().v4().bits());
                assertThat(said.considered())
                        .filteredOn(Explained.Considered::chosen)
                        .hasSize(1);
            }
            Explained then = explain(a, port, "10.30.0.1");
            assertThat(then.flow()).isTrue();
            assertThat(then.considered()).isEmpty();
        }
        assertThat(w1.counters.get(Count.FLOWS_OPENED)).isEqualTo(10);
    }

    @Test
    void thePathIsTold() {
        InstanceAt far = overlay.place(S, 1, w2, InstanceState.READY);
        assertThat(explain(a, 1_000, far.instanceIp().v4().toString()).path())
                .containsExactly(
                        new Step("A.prod.C.prod#1 on w1", a + ":1000", "10.30.0.2:80"),
                        new Step("tunnel to 192.168.77.2:50103", "10.30.0.102:1000", "10.18.1.1:80"),
                        new Step("A.prod.S.prod#1 on w2", "10.30.0.102:1000", "10.18.1.1:80"));
        InstanceAt near = overlay.place(S, 1, w1, InstanceState.READY);
        assertThat(explain(a, 1_000, near.instanceIp().v4().toString()).path()).hasSize(2);
    }

    @Test
    void aDropHasItsReason() {
        assertThat(explain(a, 1, "10.30.0.1").drop()).isEqualTo(Drop.SCALED_TO_ZERO);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.UNREADY);
        assertThat(explain(a, 1, "10.30.0.1").drop()).isEqualTo(Drop.NO_USABLE_INSTANCE);
        assertThat(explain(a, 1, "10.30.0.2").drop()).isEqualTo(Drop.INSTANCE_NOT_READY);
        assertThat(explain(a, 1, "10.30.99.99").drop()).isEqualTo(Drop.UNKNOWN_DESTINATION);
        assertThat(explain("10.18.9.9", 1, "10.30.0.1").drop()).isEqualTo(Drop.SOURCE_NOT_ATTACHED);
        overlay.service(S, "nobodyKnowsIt", SERVICE_IP);
        overlay.learn(TestOverlay.at(server, InstanceState.READY, overlay.nextVersion()));
        assertThat(explain(a, 1, "10.30.0.1").drop()).isEqualTo(Drop.UNKNOWN_POLICY);
        w1.send(packet(a, "10.30.0.2", new Tcp(1, 80, "A")));
        overlay.withdraw(server.instance());
        assertThat(explain(a, 1, "10.30.0.2").drop()).isEqualTo(Drop.INSTANCE_GONE);
        assertThat(w1.drops()).isZero();
    }

    @Test
    void aFlowWithAnotherPortInTheTunnelIsToldSo() {
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        w1.send(packet(a, "10.30.0.1", new Udp(1_000, 80)));
        w1.send(packet(a, server.instanceIp().v4().toString(), new Udp(1_000, 80)));
        CompletableFuture<Explained> answer =
                w1.agent().explain(new Asked(a, 1_000, server.instanceIp().v4().toString(), 80, 17));
        w1.turn();
        assertThat(answer.join().path().get(1).source()).doesNotEndWith(":1000");
    }

    @Test
    void tooManyQuestionsAreRefused() {
        List<CompletableFuture<Explained>> answers = java.util.stream.Stream.generate(
                        () -> w1.agent().explain(new Asked(a, 1, "10.30.0.1", 80, 6)))
                .limit(17)
                .toList();
        assertThat(answers.getLast()).isCompletedExceptionally();
        for (int i = 0; i < 16; i++) {
            w1.turn();
        }
        assertThat(answers.subList(0, 16)).allMatch(CompletableFuture::isDone);
    }
}
