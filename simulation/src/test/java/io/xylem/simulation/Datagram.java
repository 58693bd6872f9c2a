package io.xylem.simulation;

import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import java.nio.ByteBuffer;

/**
 * A UDP datagram in a raw IP packet, built and checked from scratch.
 *
 * <pre>
 *  IPv4 (RFC 791):  version|IHL 0 | total length 2 | TTL 8 | protocol 9 | checksum 10 | source 12 | destination 16
 *  IPv6 (RFC 8200): version 0 | payload length 4 | next header 6 | hop limit 7 | source 8 | destination 24
 *  UDP  (RFC 768):  source port 0 | destination port 2 | length 4 | checksum 6
 * </pre>
 */
final class Datagram {
    private static final int UDP = 17; // IANA protocol number
    private static final byte[] PAYLOAD = {'x', 'y', 'l', 'e', 'm'};

    private Datagram() {}

    /** @param source and {@code destination}: texts of one family */
    static ByteBuffer of(String source, int sourcePort, String destination, int destinationPort) {
        boolean v4 = source.indexOf(':') < 0;
        int header = v4 ? 20 : 40;
        int udpBytes = 8 + PAYLOAD.length;
        ByteBuffer packet = ByteBuffer.allocate(header + udpBytes);
        if (v4) {
            packet.put(0, (byte) 0x45).putShort(2, (short) packet.capacity());
            packet.put(8, (byte) 64).put(9, (byte) UDP);
            packet.putInt(12, Ipv4.parse(source).bits())
                    .putInt(16, Ipv4.parse(destination).bits());
            packet.putShort(10, (short) ~sum(packet, 0, header, 0));
        } else {
            packet.put(0, (byte) 0x60).putShort(4, (short) udpBytes);
            packet.put(6, (byte) UDP).put(7, (byte) 64);
            packet.put(8, Ipv6.parse(source).bytes())
                    .put(24, Ipv6.parse(destination).bytes());
        }
        packet.putShort(header, (short) sourcePort)
                .putShort(header + 2, (short) destinationPort)
                .putShort(header + 4, (short) udpBytes)
                .put(header + 8, PAYLOAD);
        packet.putShort(header + 6, (short) ~pseudoSum(packet));
        return packet;
    }

    static String source(ByteBuffer packet) {
        return isV4(packet) ? new Ipv4(packet.getInt(12)).toString() : v6(packet, 8);
    }

    static String destination(ByteBuffer packet) {
        return isV4(packet) ? new Ipv4(packet.getInt(16)).toString() : v6(packet, 24);
    }

    static int sourcePort(ByteBuffer packet) {
        return Short.toUnsignedInt(packet.getShort(header(packet)));
    }

    static int destinationPort(ByteBuffer packet) {
        return Short.toUnsignedInt(packet.getShort(header(packet) + 2));
    }

    /** With its checksum in it, what a checksum covers adds up to all ones. */
    static boolean checksumsHold(ByteBuffer packet) {
        boolean header = !isV4(packet) || sum(packet, 0, 20, 0) == 0xffff;
        return header && pseudoSum(packet) == 0xffff;
    }

    private static int pseudoSum(ByteBuffer packet) {
        int udpBytes = packet.capacity() - header(packet);
        int addresses = isV4(packet) ? sum(packet, 12, 20, 0) : sum(packet, 8, 40, 0);
        return sum(packet, header(packet), packet.capacity(), addresses + UDP + udpBytes);
    }

    /** Ones' complement sum of the 16-bit words in between; the last byte of an odd number counts as the upper one. */
    private static int sum(ByteBuffer packet, int from, int to, int start) {
        long sum = start;
        for (int at = from; at < to; at += 2) {
            sum += at + 1 < to ? Short.toUnsignedInt(packet.getShort(at)) : (packet.get(at) & 0xff) << 8;
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    private static boolean isV4(ByteBuffer packet) {
        return packet.get(0) >>> 4 == 4;
    }

    private static int header(ByteBuffer packet) {
        return isV4(packet) ? 20 : 40;
    }

    private static String v6(ByteBuffer packet, int at) {
        byte[] bytes = new byte[16];
        packet.get(at, bytes);
        return Ipv6.of(bytes).toString();
    }
}
