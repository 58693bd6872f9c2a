package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceState;
import io.xylem.proxy.dataplane.PacketDevice.Merging;
import io.xylem.proxy.domain.Checksums;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What comes without its checksum gets the one that it would have had; all else is delivered as before. */
class LeftChecksumTest {
    static Stream<Arguments> contents() {
        List<Arguments> cases = new ArrayList<>();
        for (Merging merging : Merging.values()) {
            for (boolean v4 : new boolean[] {true, false}) {
                for (Content content : List.of(
                        new Tcp(5, 80, "S"),
                        new Tcp(5, 80, "A", new byte[1_001]),
                        new Udp(5, 53),
                        new Udp(5, 53, true, new byte[1_001]))) {
                    cases.add(Arguments.of(merging, v4, content));
                }
            }
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("contents")
    void isCompleted(Merging merging, boolean v4, Content content) {
        TestOverlay overlay = new TestOverlay(merging);
        TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
        TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.READY);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        byte[] whole = packet(text(client.instanceIp(), v4), text(server.namespaceIp(), v4), content);
        byte[] left = whole.clone();
        int transport = v4 ? 20 : 40;
        int field = transport + (content instanceof Tcp ? 16 : 6);
        ByteBuffer bytes = ByteBuffer.wrap(left);
        long pseudoHeader =
                Checksums.addresses(bytes, 0, v4) + (content instanceof Tcp ? 6 : 17) + left.length - transport;
        bytes.putShort(field, (short) Checksums.fold(pseudoHeader));
        byte[] wrong = whole.clone();
        wrong[field]++;
        for (byte[] sent : List.of(left, whole, wrong)) {
            overlay.underlay.send(w1.endpoint, w2.endpoint, sent);
            w2.work();
        }
        assertThat(w2.delivered()).containsExactly(whole, whole, wrong);
    }

    private static String text(DualAddress address, boolean v4) {
        return v4 ? address.v4().toString() : address.v6().toString();
    }
}
