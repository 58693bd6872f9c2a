package io.xylem.proxy.domain;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.pcap4j.packet.AbstractPacket;
import org.pcap4j.packet.IcmpV4CommonPacket;
import org.pcap4j.packet.IcmpV4EchoPacket;
import org.pcap4j.packet.IcmpV4EchoReplyPacket;
import org.pcap4j.packet.IcmpV6CommonPacket;
import org.pcap4j.packet.IcmpV6EchoReplyPacket;
import org.pcap4j.packet.IcmpV6EchoRequestPacket;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV4Rfc1349Tos;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.IpV6SimpleFlowLabel;
import org.pcap4j.packet.IpV6SimpleTrafficClass;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UdpPacket;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.IcmpV4Code;
import org.pcap4j.packet.namednumber.IcmpV4Type;
import org.pcap4j.packet.namednumber.IcmpV6Code;
import org.pcap4j.packet.namednumber.IcmpV6Type;
import org.pcap4j.packet.namednumber.IpNumber;
import org.pcap4j.packet.namednumber.IpVersion;
import org.pcap4j.packet.namednumber.TcpPort;
import org.pcap4j.packet.namednumber.UdpPort;

/**
 * Whole packets as Pcap4J builds them, checksums computed from scratch: what the translation of this module, which never
 * computes one from scratch, is compared with.
 */
public final class TestPackets {
    public static final byte[] PAYLOAD = "GET / HTTP/1.1\r\n\r\n!".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    private TestPackets() {}

    /** What a test wants to see on the wire. Addresses in text; the family is theirs. */
    public sealed interface Content {
        /** The same content between the other ends, in the other direction. */
        Content answer();
    }

    public record Tcp(
            int sourcePort, int destinationPort, String flags, byte[] payload, int sequence, int acknowledgment)
            implements Content {
        public Tcp(int sourcePort, int destinationPort, String flags) {
            this(sourcePort, destinationPort, flags, PAYLOAD);
        }

        public Tcp(int sourcePort, int destinationPort, String flags, byte[] payload) {
            this(sourcePort, destinationPort, flags, payload, 0x12345678, 0x9abcdef0);
        }

        public Tcp numbered(int newSequence, int newAcknowledgment) {
            return new Tcp(sourcePort, destinationPort, flags, payload, newSequence, newAcknowledgment);
        }

        @Override
        public Tcp answer() {
            return new Tcp(
                    /* sourcePort= */ destinationPort,
                    /* destinationPort= */ sourcePort,
                    flags.equals("S") ? "SA" : flags,
                    payload,
                    sequence,
                    acknowledgment);
        }
    }

    public record Udp(int sourcePort, int destinationPort, boolean hasChecksum, byte[] payload) implements Content {
        public Udp(int sourcePort, int destinationPort) {
            this(sourcePort, destinationPort, true, PAYLOAD);
        }

        @Override
        public Udp answer() {
            return new Udp(/* sourcePort= */ destinationPort, /* destinationPort= */ sourcePort, hasChecksum, payload);
        }
    }

    public record Echo(boolean isReply, int identifier, byte[] payload) implements Content {
        public Echo(int identifier) {
            this(false, identifier, PAYLOAD);
        }

        @Override
        public Echo answer() {
            return new Echo(!isReply, identifier, payload);
        }
    }

    public static byte[] packet(String source, String destination, Content content) {
        InetAddress from = address(source);
        InetAddress to = address(destination);
        AbstractPacket.AbstractBuilder transport = switch (content) {
            case Tcp tcp -> tcp(from, to, tcp);
            case Udp udp -> udp(from, to, udp);
            case Echo echo -> from instanceof Inet4Address ? echoV4(echo) : echoV6(from, to, echo);
        };
        IpNumber protocol = switch (content) {
            case Tcp t -> IpNumber.TCP;
            case Udp u -> IpNumber.UDP;
            case Echo e -> from instanceof Inet4Address ? IpNumber.ICMPV4 : IpNumber.ICMPV6;
        };
        byte[] packet = ip(from, to, protocol, transport);
        return content instanceof Udp udp && udp.hasChecksum() ? withChecksum(packet) : packet;
    }

    /** Pcap4J leaves a UDP checksum that comes out as 0, which would mean that there is none (RFC 768). */
    private static byte[] withChecksum(byte[] packet) {
        int at = (packet[0] >> 4 == 4 ? 20 : 40) + 6;
        if (packet[at] == 0 && packet[at + 1] == 0) {
            packet[at] = (byte) 0xff;
            packet[at + 1] = (byte) 0xff;
        }
        return packet;
    }

    /** The same packet with the identification that Linux gives the n-th of several; IPv6 has none. */
    public static byte[] numbered(byte[] packet, int n) {
        if (packet[0] >> 4 == 4) {
            ByteBuffer header = ByteBuffer.wrap(packet);
            header.putShort(4, (short) (header.getShort(4) + n));
            rightHeader(packet);
        }
        return packet;
    }

    /** Gives an IPv4 packet the header checksum that belongs to it. */
    static byte[] rightHeader(byte[] packet) {
        ByteBuffer header = ByteBuffer.wrap(packet).putShort(10, (short) 0);
        int sum = 0;
        for (int at = 0; at < (packet[0] & 15) * 4; at += 2) {
            sum += header.getShort(at) & 0xffff;
        }
        header.putShort(10, (short) ~((sum & 0xffff) + (sum >>> 16)));
        return packet;
    }

    /** An ICMP error of the addresses' family; {@code word} is what stands between its checksum and the quoted packet. */
    public static byte[] icmpError(String source, String destination, int type, int code, int word, byte[] quoted) {
        boolean v4 = address(source) instanceof Inet4Address;
        ByteBuffer message = ByteBuffer.allocate(8 + quoted.length + 1);
        message.put((byte) type)
                .put((byte) code)
                .putShort((short) 0)
                .putInt(word)
                .put(quoted);
        long sum = 0;
        for (int at = 0; at < message.position(); at += 2) {
            sum += message.getShort(at) & 0xffff;
        }
        if (!v4) {
            for (String end : new String[] {source, destination}) {
                ByteBuffer bytes = ByteBuffer.wrap(address(end).getAddress());
                while (bytes.hasRemaining()) {
                    sum += bytes.getShort() & 0xffff;
                }
            }
            sum += 58 + message.position();
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        message.putShort(2, (short) ~sum);
        return raw(source, destination, v4 ? 1 : 58, java.util.Arrays.copyOf(message.array(), message.position()));
    }

    /** A packet whose transport is any bytes. */
    public static byte[] raw(String source, String destination, int protocol, byte[] transport) {
        return ip(
                address(source),
                address(destination),
                IpNumber.getInstance((byte) protocol),
                new UnknownPacket.Builder().rawData(transport));
    }

    private static byte[] ip(
            InetAddress from, InetAddress to, IpNumber protocol, AbstractPacket.AbstractBuilder transport) {
        if (from instanceof Inet4Address from4 && to instanceof Inet4Address to4) {
            return new IpV4Packet.Builder()
                    .version(IpVersion.IPV4)
                    .tos(IpV4Rfc1349Tos.newInstance((byte) 0x2e))
                    .identification((short) 0xbeef)
                    .dontFragmentFlag(true)
                    .ttl((byte) 63)
                    .protocol(protocol)
                    .srcAddr(from4)
                    .dstAddr(to4)
                    .payloadBuilder(transport)
                    .correctChecksumAtBuild(true)
                    .correctLengthAtBuild(true)
                    .build()
                    .getRawData();
        }
        return new IpV6Packet.Builder()
                .version(IpVersion.IPV6)
                .trafficClass(IpV6SimpleTrafficClass.newInstance((byte) 0x2e))
                .flowLabel(IpV6SimpleFlowLabel.newInstance(0xabcde))
                .nextHeader(protocol)
                .hopLimit((byte) 63)
                .srcAddr((Inet6Address) from)
                .dstAddr((Inet6Address) to)
                .payloadBuilder(transport)
                .correctLengthAtBuild(true)
                .build()
                .getRawData();
    }

    private static TcpPacket.Builder tcp(InetAddress from, InetAddress to, Tcp tcp) {
        return new TcpPacket.Builder()
                .srcPort(TcpPort.getInstance((short) tcp.sourcePort()))
                .dstPort(TcpPort.getInstance((short) tcp.destinationPort()))
                .sequenceNumber(tcp.sequence())
                .acknowledgmentNumber(tcp.acknowledgment())
                .syn(tcp.flags().contains("S"))
                .ack(tcp.flags().contains("A"))
                .fin(tcp.flags().contains("F"))
                .rst(tcp.flags().contains("R"))
                .window((short) 0xfaf0)
                .srcAddr(from)
                .dstAddr(to)
                .payloadBuilder(new UnknownPacket.Builder().rawData(tcp.payload()))
                .correctChecksumAtBuild(true)
                .correctLengthAtBuild(true);
    }

    private static UdpPacket.Builder udp(InetAddress from, InetAddress to, Udp udp) {
        return new UdpPacket.Builder()
                .srcPort(UdpPort.getInstance((short) udp.sourcePort()))
                .dstPort(UdpPort.getInstance((short) udp.destinationPort()))
                .srcAddr(from)
                .dstAddr(to)
                .payloadBuilder(new UnknownPacket.Builder().rawData(udp.payload()))
                .correctChecksumAtBuild(udp.hasChecksum())
                .correctLengthAtBuild(true);
    }

    private static IcmpV4CommonPacket.Builder echoV4(Echo echo) {
        AbstractPacket.AbstractBuilder payload = new UnknownPacket.Builder().rawData(echo.payload());
        AbstractPacket.AbstractBuilder body = echo.isReply()
                ? new IcmpV4EchoReplyPacket.Builder()
                        .identifier((short) echo.identifier())
                        .sequenceNumber((short) 7)
                        .payloadBuilder(payload)
                : new IcmpV4EchoPacket.Builder()
                        .identifier((short) echo.identifier())
                        .sequenceNumber((short) 7)
                        .payloadBuilder(payload);
        return new IcmpV4CommonPacket.Builder()
                .type(echo.isReply() ? IcmpV4Type.ECHO_REPLY : IcmpV4Type.ECHO)
                .code(IcmpV4Code.NO_CODE)
                .payloadBuilder(body)
                .correctChecksumAtBuild(true);
    }

    private static IcmpV6CommonPacket.Builder echoV6(InetAddress from, InetAddress to, Echo echo) {
        AbstractPacket.AbstractBuilder payload = new UnknownPacket.Builder().rawData(echo.payload());
        AbstractPacket.AbstractBuilder body = echo.isReply()
                ? new IcmpV6EchoReplyPacket.Builder()
                        .identifier((short) echo.identifier())
                        .sequenceNumber((short) 7)
                        .payloadBuilder(payload)
                : new IcmpV6EchoRequestPacket.Builder()
                        .identifier((short) echo.identifier())
                        .sequenceNumber((short) 7)
                        .payloadBuilder(payload);
        return new IcmpV6CommonPacket.Builder()
                .type(echo.isReply() ? IcmpV6Type.ECHO_REPLY : IcmpV6Type.ECHO_REQUEST)
                .code(IcmpV6Code.NO_CODE)
                .srcAddr((Inet6Address) from)
                .dstAddr((Inet6Address) to)
                .payloadBuilder(body)
                .correctChecksumAtBuild(true);
    }

    private static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(text, e);
        }
    }
}
