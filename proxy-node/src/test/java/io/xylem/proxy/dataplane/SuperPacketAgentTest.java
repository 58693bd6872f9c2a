package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceState;
import io.xylem.proxy.dataplane.PacketDevice.Merging;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.Seed;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets;
import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What instances get does not depend on whether packets travel as super-packets: the same traffic through workers that use
 * them and through workers that don't.
 */
class SuperPacketAgentTest {
    private final TestOverlay plain = new TestOverlay();
    private final TestOverlay merging = new TestOverlay(Merging.TCP_AND_UDP);

    private static final class Sides {
        final TestOverlay.Worker w1;
        final TestOverlay.Worker w2;

        Sides(TestOverlay overlay) {
            w1 = overlay.worker("w1", "192.168.77.1");
            w2 = overlay.worker("w2", "192.168.77.2");
            overlay.service(S, "RR", SERVICE_IP);
        }
    }

    private static String text(DualAddress address, boolean v4) {
        return v4 ? address.v4().toString() : address.v6().toString();
    }

    @Test
    void theResultIsTheSame() {
        Random random = Seed.random();
        Sides one = new Sides(plain);
        Sides two = new Sides(merging);
        InstanceAt client = plain.place(C, 1, one.w1, InstanceState.READY);
        merging.place(C, 1, two.w1, InstanceState.READY);
        List<InstanceAt> servers = new ArrayList<>();
        for (int n = 1; n <= 4; n++) {
            servers.add(plain.place(S, n, n % 2 == 0 ? one.w1 : one.w2, InstanceState.READY));
            merging.place(S, n, n % 2 == 0 ? two.w1 : two.w2, InstanceState.READY);
        }
        for (int i = 0; i < 2_000; i++) {
            boolean v4 = random.nextBoolean();
            int segmentBytes = 200 + random.nextInt(1_200);
            byte[] payload = new byte[1 + random.nextInt(8_000)];
            random.nextBytes(payload);
            String from = text(client.namespaceIp(), v4);
            String to = random.nextBoolean()
                    ? text(SERVICE_IP, v4)
                    : text(servers.get(random.nextInt(4)).instanceIp(), v4);
            boolean tcp = random.nextBoolean();
            int port = 1_000 + random.nextInt(20);
            int sequence = random.nextInt();
            Content whole = tcp ? new Tcp(port, 80, "A", payload, sequence, 5) : new Udp(port, 53, true, payload);
            for (int at = 0; at < payload.length; at += segmentBytes) {
                byte[] part = Arrays.copyOfRange(payload, at, Math.min(payload.length, at + segmentBytes));
                Content piece = tcp ? new Tcp(port, 80, "A", part, sequence + at, 5) : new Udp(port, 53, true, part);
                one.w1.device.offer(TestPackets.numbered(packet(from, to, piece), at / segmentBytes));
            }
            two.w1.device.offer(packet(from, to, whole), segmentBytes);
            plain.settle();
            merging.settle();
            assertSame(two.w1.delivered(), one.w1.delivered());
            assertSame(two.w2.delivered(), one.w2.delivered());
        }
        assertThat(one.w1.drops() + one.w2.drops() + two.w1.drops() + two.w2.drops())
                .isZero();
        for (Count count : List.of(Count.SENT_PACKETS, Count.SENT_BYTES, Count.DELIVERED_PACKETS, Count.FLOWS_OPENED)) {
            assertThat(two.w1.counters.get(count)).as(count.name()).isEqualTo(one.w1.counters.get(count));
        }
        assertThat(two.w1.counters.get(Count.CUT_SUPERPACKETS)).isGreaterThan(200);
        assertThat(two.w2.counters.get(Count.MERGED_SUPERPACKETS)).isGreaterThan(200);
        assertThat(one.w2.counters.get(Count.MERGED_SUPERPACKETS)).isZero();
    }

    private static void assertSame(List<byte[]> found, List<byte[]> expected) {
        assertThat(found).usingElementComparator(Arrays::compare).containsExactlyElementsOf(expected);
    }

    @Test
    void eachPacketOfASuperPacketIsCountedWhenItIsDropped() {
        Sides sides = new Sides(merging);
        InstanceAt client = merging.place(C, 1, sides.w1, InstanceState.READY);
        String from = client.namespaceIp().v4().toString();
        sides.w1.device.offer(packet(from, "10.30.0.99", new Udp(1, 2, true, new byte[1_000])), 100);
        sides.w1.device.offer(packet("10.18.0.77", "10.30.0.99", new Tcp(1, 2, "A", new byte[1_000])), 300);
        sides.w1.work();
        assertThat(sides.w1.drops()).isEqualTo(14);
    }
}
