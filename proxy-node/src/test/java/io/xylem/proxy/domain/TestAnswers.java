package io.xylem.proxy.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.pcap4j.packet.IcmpV4CommonPacket;
import org.pcap4j.packet.IcmpV6CommonPacket;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpPacket;
import org.pcap4j.packet.IpSelector;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.TcpPacket;

/** What the proxy itself tells instances, read by Pcap4J, which also judges lengths and checksums. */
public final class TestAnswers {
    /** Bytes of the headers before what an unreachable quotes. */
    private static final int V4_QUOTE_AT = 28;

    private static final int V6_QUOTE_AT = 48;

    private TestAnswers() {}

    /** E.g. {@code 10.30.0.1:80 > 10.18.0.1:1000 RST seq=1 ack=2} or {@code 10.30.0.1 > 10.18.0.1 port unreachable}. */
    public static List<String> described(List<byte[]> packets) {
        return packets.stream().map(TestAnswers::described).toList();
    }

    public static String described(byte[] bytes) {
        try {
            IpPacket ip = (IpPacket) IpSelector.newPacket(bytes, 0, bytes.length);
            if (ip instanceof IpV4Packet v4) {
                assertThat(v4.getHeader().hasValidChecksum(false)).isTrue();
                assertThat(v4.getHeader().getTotalLengthAsInt()).isEqualTo(bytes.length);
            }
            return described(ip, ip.getPayload(), bytes);
        } catch (IllegalRawDataException e) {
            throw new AssertionError(Arrays.toString(bytes), e);
        }
    }

    private static String described(IpPacket ip, Packet content, byte[] bytes) {
        InetAddress from = ip.getHeader().getSrcAddr();
        InetAddress to = ip.getHeader().getDstAddr();
        String ends = from.getHostAddress() + " > " + to.getHostAddress() + " ";
        return switch (content) {
            case TcpPacket tcp -> {
                assertThat(tcp.hasValidChecksum(from, to, false)).isTrue();
                TcpPacket.TcpHeader header = tcp.getHeader();
                yield from.getHostAddress() + ":" + header.getSrcPort().valueAsInt() + " > " + to.getHostAddress() + ":"
                        + header.getDstPort().valueAsInt() + (header.getRst() ? " RST" : " no RST") + " seq="
                        + header.getSequenceNumberAsLong()
                        + (header.getAck() ? " ack=" + header.getAcknowledgmentNumberAsLong() : "");
            }
            case IcmpV4CommonPacket icmp -> {
                assertThat(sum(bytes, 20)).isEqualTo(0xffff);
                yield ends
                        + word(
                                icmp.getHeader().getType().value(),
                                3,
                                icmp.getHeader().getCode().value(),
                                3,
                                1);
            }
            case IcmpV6CommonPacket icmp -> {
                assertThat(Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(4)) + 40)
                        .isEqualTo(bytes.length);
                // The pseudo-header (RFC 8200, 8.1): both addresses, the length, the next header
                assertThat(folded(sum(bytes, 8) + bytes.length - 40 + 58)).isEqualTo(0xffff);
                yield ends
                        + word(
                                icmp.getHeader().getType().value(),
                                1,
                                icmp.getHeader().getCode().value(),
                                4,
                                3);
            }
            default -> ends + content.getClass().getSimpleName();
        };
    }

    /** The one's-complement sum of the words from here on. What Pcap4J reads of a cut quotation is not all of it. */
    private static int sum(byte[] bytes, int from) {
        int sum = 0;
        for (int at = from; at < bytes.length; at++) {
            sum += (bytes[at] & 255) << (at % 2 == 0 ? 8 : 0);
        }
        return folded(sum);
    }

    private static int folded(int sum) {
        return sum > 0xffff ? folded((sum & 0xffff) + (sum >>> 16)) : sum;
    }

    private static String word(int type, int unreachable, int code, int port, int host) {
        assertThat(type).isEqualTo(unreachable);
        return code == port ? "port unreachable" : code == host ? "host unreachable" : "code " + code;
    }

    /** What an unreachable quotes. */
    public static byte[] quoted(byte[] unreachable) {
        boolean v4 = unreachable[0] >> 4 == 4;
        return Arrays.copyOfRange(unreachable, v4 ? V4_QUOTE_AT : V6_QUOTE_AT, unreachable.length);
    }
}
