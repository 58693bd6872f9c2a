package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.icmpError;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.Endpoint;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.PacketCases;
import io.xylem.proxy.domain.RouteUpdate;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.Seed;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Echo;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Any bytes from an instance or from the underlay are survived and accounted for, one by one. */
class FuzzTest {
    /** {@code -Dinputs=} for longer runs. */
    private static final int INPUTS = Integer.getInteger("inputs", 200_000);

    private static final Endpoint STRANGER = new Endpoint("192.168.77.66", 50_103);

    private final TestOverlay overlay = new TestOverlay();
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1", 50);
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2", 50);

    @Test
    void anyBytes() {
        Random random = Seed.random();
        overlay.service(S, "RR", SERVICE_IP);
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.READY);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        overlay.place(S, 2, w1, InstanceState.READY);
        InstanceAt third = overlay.place(S, 3, w2, InstanceState.READY);
        List<byte[]> valid = valid(client, server);
        assertThat(overlay.underlay.open(STRANGER)).isNotNull(); // answers to probes go there

        long delivered = 0;
        for (int i = 0; i < INPUTS; i++) {
            byte[] input = random.nextInt(10) == 0 ? noise(random) : mutated(valid, random);
            overlay.nowNs += random.nextInt(1_000_000_000);
            if (random.nextInt(100) == 0) {
                overlay.learn(changed(third, random));
            }
            if (random.nextBoolean()) {
                w1.send(input);
            } else {
                boolean isFromStranger = random.nextInt(10) == 0;
                long before = w1.counters.get(Count.DELIVERED_PACKETS);
                overlay.underlay.send(isFromStranger ? STRANGER : w2.endpoint, w1.endpoint, input);
                w1.work();
                assertThat(!isFromStranger || w1.counters.get(Count.DELIVERED_PACKETS) == before)
                        .as("nothing is delivered for a stranger")
                        .isTrue();
            }
            while (overlay.underlay.poll(w2.endpoint) != null || overlay.underlay.poll(STRANGER) != null) {
                // counted as sent, or an answered probe
            }
            for (byte[] packet : w1.delivered()) {
                delivered++;
                assertThat(hasLengthOfItsHeader(packet)).isTrue();
            }
        }

        overlay.nowNs += 10_000_000_000L; // no piece waits for the first one any more
        w1.work();
        long sent = w1.counters.get(Count.SENT_PACKETS);
        assertThat(w1.drops(Drop.INTERNAL_ERROR)).isZero();
        long answered = w1.counters.get(Count.SENT_RESETS)
                + w1.counters.get(Count.SENT_UNREACHABLES)
                + w1.counters.get(Count.SENT_TIME_EXCEEDED);
        assertThat(delivered - answered).isEqualTo(w1.counters.get(Count.DELIVERED_PACKETS));
        assertThat(sent + delivered - answered + w1.counters.get(Count.ANSWERED_PROBES) + w1.drops())
                .isEqualTo(INPUTS);
        // The inputs are near enough to valid ones to get everywhere.
        assertThat(sent).isGreaterThan(INPUTS / 100);
        assertThat(delivered - answered).isGreaterThan(INPUTS / 100);
        assertThat(answered).isGreaterThan(INPUTS / 100);
        assertThat(w1.counters.get(Count.ANSWERED_PROBES)).isGreaterThan(INPUTS / 1_000);

        w1.send(packet(
                client.namespaceIp().v4().toString(), server.instanceIp().v4().toString(), new Udp(9, 9)));
        w2.work();
        assertThat(w2.delivered()).hasSize(1);
    }

    /** It comes and goes, so that flows end and are refused. */
    private RouteUpdate changed(InstanceAt instance, Random random) {
        return switch (random.nextInt(3)) {
            case 0 -> new RouteUpdate.InstanceWithdrawn(instance.instance(), overlay.nextVersion());
            case 1 -> TestOverlay.lost(instance, overlay.nextVersion());
            default -> TestOverlay.at(instance, InstanceState.READY, overlay.nextVersion());
        };
    }

    /** What passes both ways, in both families. */
    private static List<byte[]> valid(InstanceAt client, InstanceAt server) {
        List<byte[]> packets = new ArrayList<>();
        for (Content content :
                List.of(new Tcp(1, 80, "S"), new Tcp(1, 80, "FA"), new Tcp(2, 80, "A"), new Udp(1, 53), new Echo(5))) {
            packets.add(
                    packet(client.namespaceIp().v4().toString(), SERVICE_IP.v4().toString(), content));
            packets.add(
                    packet(client.namespaceIp().v6().toString(), SERVICE_IP.v6().toString(), content));
            packets.add(packet(
                    client.namespaceIp().v6().toString(),
                    server.instanceIp().v6().toString(),
                    content));
            packets.add(packet(
                    server.instanceIp().v4().toString(),
                    client.namespaceIp().v4().toString(),
                    content.answer()));
            packets.add(packet(
                    server.instanceIp().v6().toString(),
                    client.namespaceIp().v6().toString(),
                    content));
        }
        packets.add(packet(client.namespaceIp().v4().toString(), "10.30.77.77", new Udp(1, 53)));
        packets.add(packet(client.namespaceIp().v6().toString(), "fdff::7777", new Tcp(1, 53, "S")));
        for (boolean v4 : new boolean[] {true, false}) {
            String a = v4
                    ? client.namespaceIp().v4().toString()
                    : client.namespaceIp().v6().toString();
            String ia = v4
                    ? client.instanceIp().v4().toString()
                    : client.instanceIp().v6().toString();
            String b = v4
                    ? server.namespaceIp().v4().toString()
                    : server.namespaceIp().v6().toString();
            String ib = v4
                    ? server.instanceIp().v4().toString()
                    : server.instanceIp().v6().toString();
            packets.add(icmpError(ib, a, v4 ? 3 : 1, 4, 0, packet(ia, b, new Tcp(2, 80, "A"))));
            packets.add(icmpError(a, ib, v4 ? 11 : 3, 0, 0, packet(ib, a, new Udp(53, 1))));
        }
        packets.addAll(pieces(client, server));
        packets.add("XYLM\1\0\0\0a nonce.".getBytes(StandardCharsets.US_ASCII));
        packets.add("XYLM\2\0\0\0a nonce.".getBytes(StandardCharsets.US_ASCII));
        return packets;
    }

    private static List<byte[]> pieces(InstanceAt client, InstanceAt server) {
        List<byte[]> pieces = new ArrayList<>();
        for (Content content : List.of(new Udp(7, 53, true, new byte[3_000]), new Echo(false, 8, new byte[3_000]))) {
            pieces.addAll(PacketCases.inPieces(
                    packet(client.namespaceIp().v4().toString(), SERVICE_IP.v4().toString(), content)));
            pieces.addAll(PacketCases.inPieces(
                    packet(client.namespaceIp().v6().toString(), SERVICE_IP.v6().toString(), content)));
            pieces.addAll(PacketCases.inPieces(packet(
                    server.instanceIp().v4().toString(),
                    client.namespaceIp().v4().toString(),
                    content)));
            pieces.addAll(PacketCases.inPieces(packet(
                    server.instanceIp().v6().toString(),
                    client.namespaceIp().v6().toString(),
                    content)));
        }
        return pieces;
    }

    private static byte[] mutated(List<byte[]> valid, Random random) {
        byte[] packet = valid.get(random.nextInt(valid.size())).clone();
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            // Headers stand in front, so changes there find more.
            int at = random.nextInt(random.nextBoolean() ? Math.min(packet.length, 60) : packet.length);
            packet[at] = (byte) (random.nextBoolean() ? random.nextInt(256) : packet[at] ^ (1 << random.nextInt(8)));
        }
        return random.nextInt(10) == 0 ? Arrays.copyOf(packet, random.nextInt(packet.length + 20)) : packet;
    }

    private static byte[] noise(Random random) {
        byte[] packet = new byte[random.nextInt(3_000)];
        random.nextBytes(packet);
        if (packet.length > 0 && random.nextBoolean()) {
            packet[0] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
        }
        return packet;
    }

    private static boolean hasLengthOfItsHeader(byte[] packet) {
        int at = packet[0] >> 4 == 4 ? 2 : 4;
        int length = ((packet[at] & 255) << 8) | (packet[at + 1] & 255);
        return packet.length == length + (at == 4 ? 40 : 0);
    }
}
