package io.xylem.proxy.control;

import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.proxy.dataplane.Captured;
import java.nio.ByteBuffer;

/** One packet in half a line: {@code 10.18.0.66:40000 > 10.30.0.1:80 tcp S 60 bytes}. Takes any bytes. */
final class PacketText {
    // IANA protocol numbers
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP_V6 = 58;

    private static final String FLAGS = "FSRPAUEC"; // from the lowest bit, RFC 9293 and 3168

    private PacketText() {}

    static String of(Captured.Copy packet) {
        ByteBuffer bytes = ByteBuffer.wrap(packet.bytes());
        int length = bytes.limit();
        int version = length == 0 ? 0 : (bytes.get(0) & 0xff) >>> 4;
        if (version == 4 && length >= 20) {
            boolean isLaterFragment = (bytes.getShort(6) & 0x1fff) != 0;
            return text(
                    bytes,
                    new Ipv4(bytes.getInt(12)).toString(),
                    new Ipv4(bytes.getInt(16)).toString(),
                    bytes.get(9) & 0xff,
                    isLaterFragment ? length : (bytes.get(0) & 15) * 4,
                    packet.length());
        }
        if (version == 6 && length >= 40) {
            return text(
                    bytes,
                    "[" + new Ipv6(bytes.getLong(8), bytes.getLong(16)) + "]",
                    "[" + new Ipv6(bytes.getLong(24), bytes.getLong(32)) + "]",
                    bytes.get(6) & 0xff,
                    40,
                    packet.length());
        }
        return "no IP packet, " + packet.length() + " bytes";
    }

    private static String text(
            ByteBuffer bytes, String source, String destination, int protocol, int transport, int length) {
        boolean hasPorts = (protocol == TCP || protocol == UDP) && bytes.limit() >= transport + 4;
        String from = source + (hasPorts ? ":" + port(bytes, transport) : "");
        String to = destination + (hasPorts ? ":" + port(bytes, transport + 2) : "");
        return from + " > " + to + " " + name(protocol) + detail(bytes, protocol, transport) + " " + length + " bytes";
    }

    private static int port(ByteBuffer bytes, int at) {
        return Short.toUnsignedInt(bytes.getShort(at));
    }

    private static String name(int protocol) {
        return switch (protocol) {
            case ICMP, ICMP_V6 -> "icmp";
            case TCP -> "tcp";
            case UDP -> "udp";
            default -> "protocol " + protocol;
        };
    }

    private static String detail(ByteBuffer bytes, int protocol, int transport) {
        if (protocol == TCP && bytes.limit() >= transport + 14) {
            StringBuilder flags = new StringBuilder(" ");
            for (int bit = 0; bit < FLAGS.length(); bit++) {
                if ((bytes.get(transport + 13) & 1 << bit) != 0) {
                    flags.append(FLAGS.charAt(bit));
                }
            }
            return flags.toString();
        }
        if ((protocol == ICMP || protocol == ICMP_V6) && bytes.limit() >= transport + 2) {
            return " type " + (bytes.get(transport) & 0xff) + " code " + (bytes.get(transport + 1) & 0xff);
        }
        return "";
    }
}
