package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestPackets.packet;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.proxy.dataplane.PacketDevice.Merging;
import io.xylem.proxy.domain.Packet;
import io.xylem.proxy.domain.Seed;
import io.xylem.proxy.domain.TestPackets;
import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Echo;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Super-packets are cut into what an independent library builds, and what is put together is cut into the same again. */
class SuperPacketTest {
    private static final String[][] ENDS = {
        {"10.18.0.1", "10.30.0.1"}, {"fc00::1", "fdff:2000::1"}, {"10.18.0.2", "10.30.0.1"}, {"fc00::2", "fdff:2000::1"}
    };

    private static final List<Merging> MERGINGS = List.of(Merging.values());

    private final PacketMemory memory = new PacketMemory(
            PacketMemory.slotsBytes(64, 65_535) + PacketMemory.slotsBytes(1, Segmenter.MAX_HEADER_BYTES));
    private final PacketBatch trains = memory.slots(64, 65_535);
    private final PacketBatch merged = memory.views(256, 4_096);
    private final PacketBatch cut = memory.views(1, 1);
    private final Segmenter segmenter = new Segmenter(memory.slots(1, Segmenter.MAX_HEADER_BYTES));
    private final Packet packet = new Packet();

    private static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    @Test
    void aSuperPacketIsCutIntoPacketsThatAnIndependentLibraryBuilds() {
        Random random = Seed.random();
        for (int i = 0; i < 300; i++) {
            String[] ends = ENDS[random.nextInt(2)];
            byte[] payload = bytes(random, 1 + random.nextInt(random.nextBoolean() ? 3_000 : 60_000));
            int segmentBytes = 500 + random.nextInt(1_000);
            boolean tcp = random.nextBoolean();
            int port = random.nextInt(65_536);
            int sequence = random.nextInt();
            Content whole = tcp ? new Tcp(port, 80, "AF", payload, sequence, 77) : new Udp(port, 53, true, payload);
            List<byte[]> expected = new ArrayList<>();
            for (int at = 0; at < payload.length; at += segmentBytes) {
                int end = Math.min(payload.length, at + segmentBytes);
                byte[] part = Arrays.copyOfRange(payload, at, end);
                Content one = tcp
                        ? new Tcp(port, 80, end == payload.length ? "AF" : "A", part, sequence + at, 77)
                        : new Udp(port, 53, true, part);
                expected.add(TestPackets.numbered(packet(ends[0], ends[1], one), expected.size()));
            }
            trains.clear();
            int slot = MemoryDevice.copyIn(packet(ends[0], ends[1], whole), trains);
            trains.setSegmentBytes(slot, segmentBytes);
            assertThat(cut(trains, slot))
                    .usingElementComparator(Arrays::compare)
                    .containsExactlyElementsOf(expected);
        }
    }

    private List<byte[]> cut(PacketBatch from, int slot) {
        assertThat(packet.wrap(from.memory(), from.offset(slot), from.length(slot), from.isChecksumPartial(slot)))
                .isNull();
        assertThat(segmenter.begin(from, slot, packet)).isTrue();
        List<byte[]> packets = new ArrayList<>();
        while (segmenter.hasNext()) {
            cut.clear();
            packets.add(MemoryDevice.copyOut(cut, segmenter.next(cut)));
        }
        return packets;
    }

    /** One sender's packets to one port, numbered as Linux does it. */
    private static final class Flow {
        private final String[] ends;
        private final int port;
        private final boolean tcp;
        private final int size;
        private int sequence;
        private int number;

        Flow(int port, Random random) {
            ends = ENDS[random.nextInt(ENDS.length)];
            this.port = port;
            tcp = random.nextBoolean();
            size = 100 + random.nextInt(1_200);
            sequence = random.nextInt();
        }

        byte[] next(Random random) {
            int length = switch (random.nextInt(12)) {
                case 0 -> 0;
                case 1 -> random.nextInt(2_000);
                default -> size;
            };
            Content content;
            if (random.nextInt(40) == 0) {
                content = new Echo(port);
            } else if (tcp) {
                if (random.nextInt(30) == 0) {
                    sequence += 1_000; // something was lost
                }
                String flags =
                        random.nextInt(25) == 0 ? List.of("S", "AF", "AR", "SA").get(random.nextInt(4)) : "A";
                content = new Tcp(port, 80, flags, bytes(random, length), sequence, random.nextInt(20) == 0 ? 2 : 1);
                sequence += length;
            } else {
                content = new Udp(port, 53, random.nextInt(20) > 0, bytes(random, length));
            }
            byte[] made = TestPackets.numbered(packet(ends[0], ends[1], content), number);
            boolean isDamaged = random.nextInt(30) == 0;
            if (isDamaged) {
                int ipHeader = made[0] >> 4 == 4 ? 20 : 40; // where it still says to which flow it belongs
                made[random.nextInt(ipHeader, made.length)] ^= (byte) (1 << random.nextInt(8));
            }
            // A number that is missing from the flow would not come back.
            number += isDamaged || content instanceof Echo ? 0 : 1;
            return made;
        }
    }

    @Test
    void whatIsPutTogetherIsCutIntoTheSamePacketsInTheSameOrder() {
        Random random = Seed.random();
        long superPackets = 0;
        for (int i = 0; i < 300; i++) {
            Merging merging = MERGINGS.get(random.nextInt(MERGINGS.size()));
            List<byte[]> packets = packets(random);
            Coalescer coalescer = new Coalescer(merging, merged);
            fill(packets, random);
            coalescer.begin(trains);
            List<byte[]> found = new ArrayList<>();
            while (coalescer.fill()) {
                for (int slot = 0; slot < merged.count(); slot++) {
                    if (merged.packets(slot) == 1) {
                        assertThat(merged.isChecksumPartial(slot)).isFalse();
                        found.add(MemoryDevice.copyOut(merged, slot));
                    } else {
                        superPackets++;
                        assertThat(merging).isNotEqualTo(Merging.NOTHING);
                        List<byte[]> these = cut(merged, slot);
                        assertThat(these).hasSize(merged.packets(slot));
                        found.addAll(these);
                    }
                }
            }
            assertSameFlows(byFlow(found), byFlow(packets));
        }
        assertThat(superPackets).isGreaterThan(1_000);
    }

    private List<byte[]> packets(Random random) {
        List<Flow> flows = new ArrayList<>();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            flows.add(new Flow(40_000 + n, random));
        }
        List<byte[]> packets = new ArrayList<>();
        Flow flow = flows.getFirst();
        for (int n = random.nextInt(200); n > 0; n--) {
            if (random.nextInt(5) == 0) {
                flow = flows.get(random.nextInt(flows.size()));
            }
            packets.add(flow.next(random));
        }
        return packets;
    }

    /** As the kernel hands them over: one by one, or several of one size and a last one in a slot. */
    private void fill(List<byte[]> packets, Random random) {
        trains.clear();
        List<byte[]> left = new ArrayList<>(packets);
        while (!left.isEmpty()) {
            int size = left.getFirst().length;
            int count = 1;
            while (count < left.size()
                    && left.get(count).length <= size
                    && left.get(count - 1).length == size
                    && (trains.count() > 50 || random.nextInt(10) > 0)) {
                count++;
            }
            int slot = trains.count() == trains.capacity() ? -1 : trains.add(0);
            if (slot < 0) {
                packets.subList(packets.size() - left.size(), packets.size()).clear();
                return;
            }
            trains.truncate(slot);
            byte[] train = new byte
                    [left.subList(0, count).stream().mapToInt(p -> p.length).sum()];
            int at = 0;
            for (byte[] one : left.subList(0, count)) {
                System.arraycopy(one, 0, train, at, one.length);
                at += one.length;
            }
            trains.setSegmentBytes(MemoryDevice.copyIn(train, trains), count > 1 ? size : 0);
            left.subList(0, count).clear();
        }
    }

    /** Flows may overtake one another. By addresses, protocol and ports, wherever these are. */
    private static Map<String, List<byte[]>> byFlow(List<byte[]> packets) {
        Map<String, List<byte[]>> flows = new HashMap<>();
        for (byte[] one : packets) {
            boolean v4 = one[0] >> 4 == 4;
            byte[] flow = Arrays.copyOfRange(one, v4 ? 12 : 8, v4 ? 24 : 44);
            String key = one[v4 ? 9 : 6] + Arrays.toString(flow);
            flows.computeIfAbsent(key, k -> new ArrayList<>()).add(one);
        }
        return flows;
    }

    private static void assertSameFlows(Map<String, List<byte[]>> found, Map<String, List<byte[]>> expected) {
        assertThat(found.keySet()).isEqualTo(expected.keySet());
        expected.forEach((flow, packets) -> {
            List<byte[]> these = requireNonNull(found.get(flow));
            assertThat(these).as("flow " + flow).hasSameSizeAs(packets);
            for (int i = 0; i < packets.size(); i++) {
                assertThat(these.get(i)).as("packet " + i + " of " + flow).isEqualTo(packets.get(i));
            }
        });
    }

    @Test
    void packetsOfTwoSendersAreNotPutTogether() {
        trains.clear();
        for (int peer = 0; peer < 2; peer++) {
            byte[] one = packet("10.30.0.2", "10.18.0.1", new Tcp(1, 2, "A", new byte[100], peer * 100, 1));
            trains.setPeer(MemoryDevice.copyIn(one, trains), 0, 1 + peer, 50_103);
        }
        Coalescer coalescer = new Coalescer(Merging.TCP, merged);
        coalescer.begin(trains);
        assertThat(coalescer.fill()).isTrue();
        assertThat(merged.count()).isEqualTo(2);
        assertThat(merged.peerLow(1)).isEqualTo(2);
    }
}
