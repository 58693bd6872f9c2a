package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceState;
import io.xylem.model.ServiceIp;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.RouteUpdate.ServiceKnown;
import io.xylem.proxy.domain.Seed;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets;
import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Echo;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One port, several addresses that mean the same instance. The tunnel does not carry the address that was dialled, so
 * the later flow gets another port there, and nobody but the server sees it.
 */
class FlowPortsTest {
    private static final DualAddress SECOND_IP = TestOverlay.dual("10.30.0.90", "fdff:2000::90");

    private final TestOverlay overlay = new TestOverlay();
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");
    private InstanceAt client;
    private InstanceAt server;

    @BeforeEach
    void place() {
        overlay.learn(new ServiceKnown(
                S, List.of(new ServiceIp("RR", SERVICE_IP), new ServiceIp("rr2", SECOND_IP)), overlay.nextVersion()));
        client = overlay.place(C, 1, w1, InstanceState.READY);
        server = overlay.place(S, 1, w2, InstanceState.READY);
    }

    static List<Arguments> contents() {
        return List.of(new Tcp(5_060, 80, "A"), new Udp(5_060, 80), new Udp(5_060, 80, false, new byte[3]), new Echo(7))
                .stream()
                .flatMap(content -> List.of(Arguments.of(true, content), Arguments.of(false, content)).stream())
                .toList();
    }

    @ParameterizedTest
    @MethodSource("contents")
    void bothGetTheirAnswers(boolean v4, Content content) {
        String a = text(client.namespaceIp(), v4);
        String ia = text(client.instanceIp(), v4);
        String b = text(server.namespaceIp(), v4);
        List<String> dialled = List.of(text(SERVICE_IP, v4), text(server.instanceIp(), v4));
        for (int round = 0; round < 2; round++) {
            for (String to : dialled) {
                w1.send(packet(a, to, content));
                overlay.settle();
                byte[] asked = w2.delivered().getFirst();
                int port = portOfClient(asked, v4, content);
                assertThat(port == 5_060 || port == 7).isEqualTo(to.equals(dialled.getFirst()));
                assertThat(asked).isEqualTo(packet(ia, b, withPort(content, port)));
                w2.send(packet(b, ia, withPort(content, port).answer()));
                overlay.settle();
                assertThat(w1.delivered()).containsExactly(packet(to, a, content.answer()));
            }
        }
        assertThat(w1.drops() + w2.drops()).isZero();
    }

    @Test
    void eachEndMayDialTheOtherOneWithTheSamePorts() {
        String a = text(client.namespaceIp(), true);
        String b = text(server.namespaceIp(), true);
        DualAddress clientService = TestOverlay.dual("10.30.0.91", "fdff:2000::91");
        overlay.service(C, "RR", clientService);
        Udp hello = new Udp(5_060, 5_060);
        w1.send(packet(a, text(server.instanceIp(), true), hello));
        overlay.settle();
        w2.delivered();
        w2.send(packet(b, text(clientService, true), hello));
        overlay.settle();
        byte[] asked = w1.delivered().getFirst();
        int port = portOfClient(asked, true, hello);
        assertThat(port).isNotEqualTo(5_060);
        assertThat(asked).isEqualTo(packet(text(server.instanceIp(), true), a, new Udp(port, 5_060)));
        w1.send(packet(a, text(server.instanceIp(), true), new Udp(5_060, port)));
        w1.send(packet(a, text(server.instanceIp(), true), hello));
        overlay.settle();
        assertThat(w2.delivered())
                .containsExactly(
                        packet(text(clientService, true), b, hello), packet(text(client.instanceIp(), true), b, hello));
    }

    @Test
    void aTransportWithoutPortsHasOneFlowToAnInstance() {
        String a = text(client.namespaceIp(), true);
        w1.send(TestPackets.raw(a, text(SERVICE_IP, true), 50, new byte[40]));
        w1.send(TestPackets.raw(a, text(server.instanceIp(), true), 50, new byte[40]));
        assertThat(w1.drops(Drop.FLOW_COLLISION)).isEqualTo(1);
    }

    @Test
    void whatWouldBeAnsweredInTheNameOfAnotherFlowIsNotDelivered() {
        String a = text(client.namespaceIp(), true);
        w1.send(packet(a, text(SERVICE_IP, true), new Udp(1_000, 53)));
        overlay.nowNs += 100_000_000_000L;
        w1.send(packet(a, text(server.instanceIp(), true), new Udp(1_000, 53))); // has another port in the tunnel
        overlay.nowNs += 100_000_000_000L;
        overlay.settle(); // the first one is forgotten
        w2.send(packet(text(server.namespaceIp(), true), text(client.instanceIp(), true), new Udp(53, 1_000)));
        overlay.settle();
        assertThat(w1.delivered()).isEmpty();
        assertThat(w1.drops(Drop.FLOW_COLLISION)).isEqualTo(1);
    }

    /** Few ports, two addresses of one instance, both directions at will: every answer comes from where it was asked. */
    @Test
    void noAnswerIsMistakenForAnother() {
        Random random = Seed.random();
        String a = text(client.namespaceIp(), true);
        String ia = text(client.instanceIp(), true);
        String b = text(server.namespaceIp(), true);
        List<String> addresses = List.of(text(SERVICE_IP, true), text(server.instanceIp(), true));
        for (int i = 0; i < 5_000; i++) {
            String to = addresses.get(random.nextInt(addresses.size()));
            int port = 49_150 + random.nextInt(6); // near the ones that are given instead
            overlay.nowNs += random.nextInt(1_000_000_000);
            w1.send(packet(a, to, new Udp(port, 53)));
            overlay.settle();
            int wirePort = portOfClient(w2.delivered().getFirst(), true, new Udp(1, 1));
            w2.send(packet(b, ia, new Udp(53, wirePort)));
            overlay.settle();
            assertThat(w1.delivered()).containsExactly(packet(to, a, new Udp(53, port)));
        }
        assertThat(w1.drops() + w2.drops()).isZero();
    }

    private static int portOfClient(byte[] packet, boolean v4, Content content) {
        return ByteBuffer.wrap(packet).getShort((v4 ? 20 : 40) + (content instanceof Echo ? 4 : 0)) & 0xffff;
    }

    private static Content withPort(Content content, int port) {
        return switch (content) {
            case Tcp tcp -> new Tcp(port, tcp.destinationPort(), tcp.flags());
            case Udp udp -> new Udp(port, udp.destinationPort(), udp.hasChecksum(), udp.payload());
            case Echo echo -> new Echo(echo.isReply(), port, echo.payload());
        };
    }

    private static String text(DualAddress address, boolean v4) {
        return v4 ? address.v4().toString() : address.v6().toString();
    }
}
