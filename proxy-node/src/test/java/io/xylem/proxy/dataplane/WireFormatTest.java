package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.PacketCases;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestOverlay;
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
    static Stream<Arguments> cases() {
        return PacketCases.all().stream().flatMap(one -> Stream.of(Arguments.of(one, true), Arguments.of(one, false)));
    }

    @ParameterizedTest(name = "{0}, by service {1}")
    @MethodSource("cases")
    void betweenWorkers(PacketCases.Case one, boolean byService) {
        TestOverlay overlay = new TestOverlay();
        TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
        TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");
        overlay.service(S, "RR", SERVICE_IP);
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.SCHEDULED);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        String a = text(client.namespaceIp(), one.v4());
        String ia = text(client.instanceIp(), one.v4());
        String b = text(server.namespaceIp(), one.v4());
        String ib = text(server.instanceIp(), one.v4());
        String dialled = byService ? text(SERVICE_IP, one.v4()) : ib;

        one.asked(a, dialled).forEach(w1::send);
        List<byte[]> inTheTunnel = tunnelled(overlay, w2);
        assertThat(inTheTunnel).containsExactlyElementsOf(one.askedPassed(ia, b));
        inTheTunnel.forEach(packet -> overlay.underlay.send(w1.endpoint, w2.endpoint, packet));
        w2.work();
        assertThat(w2.delivered()).containsExactlyElementsOf(one.askedPassed(ia, b));

        one.answered(b, ia).forEach(w2::send);
        inTheTunnel = tunnelled(overlay, w1);
        assertThat(inTheTunnel).containsExactlyElementsOf(one.answeredPassed(ib, a));
        inTheTunnel.forEach(packet -> overlay.underlay.send(w2.endpoint, w1.endpoint, packet));
        w1.work();
        assertThat(w1.delivered()).containsExactlyElementsOf(one.answeredPassed(dialled, a));

        assertThat(w1.drops() + w2.drops()).isZero();
    }

    private static List<byte[]> tunnelled(TestOverlay overlay, TestOverlay.Worker to) {
        List<byte[]> packets = new ArrayList<>();
        for (byte[] packet = overlay.underlay.poll(to.endpoint);
                packet != null;
                packet = overlay.underlay.poll(to.endpoint)) {
            packets.add(packet);
        }
        return packets;
    }

    @ParameterizedTest(name = "{0}, by service {1}")
    @MethodSource("cases")
    void onOneWorker(PacketCases.Case one, boolean byService) {
        TestOverlay overlay = new TestOverlay();
        TestOverlay.Worker w = overlay.worker("w1", "192.168.77.1");
        overlay.service(S, "RR", SERVICE_IP);
        InstanceAt client = overlay.place(C, 1, w, InstanceState.SCHEDULED);
        InstanceAt server = overlay.place(S, 1, w, InstanceState.READY);
        String a = text(client.namespaceIp(), one.v4());
        String ia = text(client.instanceIp(), one.v4());
        String b = text(server.namespaceIp(), one.v4());
        String dialled = text(byService ? SERVICE_IP : server.instanceIp(), one.v4());

        one.asked(a, dialled).forEach(w::send);
        assertThat(w.delivered()).containsExactlyElementsOf(one.askedPassed(ia, b));
        one.answered(b, ia).forEach(w::send);
        assertThat(w.delivered()).containsExactlyElementsOf(one.answeredPassed(dialled, a));
        assertThat(w.drops()).isZero();
    }

    private static String text(DualAddress address, boolean v4) {
        return v4 ? address.v4().toString() : address.v6().toString();
    }
}
