package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Echo;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The wire format that an Oakestra node can read, hop by hop and byte by byte: client A, server B, service IP S, lower
 * case for namespace IPs, {@code I…} for instance IPs.
 *
 * <pre>
 *  A sends         a:sp   S:dp         B answers       b:dp   Ia:sp
 *  in the tunnel   Ia:sp  b:dp         in the tunnel   Ib:dp  a:sp
 *  B receives      Ia:sp  b:dp         A receives      S:dp   a:sp
 * </pre>
 */
class WireFormatTest {
    static Stream<Arguments> contents() {
        List<Arguments> cases = new ArrayList<>();
        for (boolean v4 : new boolean[] {true, false}) {
            for (boolean byService : new boolean[] {true, false}) {
                for (Content content : List.of(
                        new Tcp(40_000, 80, "S", new byte[0]),
                        new Tcp(40_001, 80, "A"),
                        new Udp(40_002, 53),
                        new Udp(53, 53, true, new byte[] {1}),
                        new Udp(40_003, 53, false, new byte[] {1, 2, 3}),
                        new Udp(40_004, 53, true, new byte[0]),
                        new Echo(0xfffe),
                        new Echo(false, 1, new byte[1_300]))) {
                    cases.add(Arguments.of(v4, byService, content));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("contents")
    void betweenWorkers(boolean v4, boolean byService, Content content) {
        TestOverlay overlay = new TestOverlay();
        TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
        TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");
        overlay.service(S, "RR", SERVICE_IP);
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.SCHEDULED);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        String a = text(client.namespaceIp(), v4);
        String ia = text(client.instanceIp(), v4);
        String b = text(server.namespaceIp(), v4);
        String ib = text(server.instanceIp(), v4);
        String dialled = byService ? text(SERVICE_IP, v4) : ib;

        w1.send(packet(a, dialled, content));
        byte[] inTheTunnel = requireNonNull(overlay.underlay.poll(w2.endpoint));
        assertThat(inTheTunnel).isEqualTo(packet(ia, b, content));
        overlay.underlay.send(w1.endpoint, w2.endpoint, inTheTunnel);
        w2.work();
        assertThat(w2.delivered()).containsExactly(packet(ia, b, content));

        Content answer = content.answer();
        w2.send(packet(b, ia, answer));
        inTheTunnel = requireNonNull(overlay.underlay.poll(w1.endpoint));
        assertThat(inTheTunnel).isEqualTo(packet(ib, a, answer));
        overlay.underlay.send(w2.endpoint, w1.endpoint, inTheTunnel);
        w1.work();
        assertThat(w1.delivered()).containsExactly(packet(dialled, a, answer));

        assertThat(w1.drops() + w2.drops()).isZero();
    }

    @ParameterizedTest
    @MethodSource("contents")
    void onOneWorker(boolean v4, boolean byService, Content content) {
        TestOverlay overlay = new TestOverlay();
        TestOverlay.Worker w = overlay.worker("w1", "192.168.77.1");
        overlay.service(S, "RR", SERVICE_IP);
        InstanceAt client = overlay.place(C, 1, w, InstanceState.SCHEDULED);
        InstanceAt server = overlay.place(S, 1, w, InstanceState.READY);
        String a = text(client.namespaceIp(), v4);
        String ia = text(client.instanceIp(), v4);
        String b = text(server.namespaceIp(), v4);
        String dialled = text(byService ? SERVICE_IP : server.instanceIp(), v4);

        w.send(packet(a, dialled, content));
        assertThat(w.delivered()).containsExactly(packet(ia, b, content));
        w.send(packet(b, ia, content.answer()));
        assertThat(w.delivered()).containsExactly(packet(dialled, a, content.answer()));
        assertThat(w.drops()).isZero();
    }

    private static String text(DualAddress address, boolean v4) {
        return v4 ? address.v4().toString() : address.v6().toString();
    }
}
