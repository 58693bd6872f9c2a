package io.xylem.proxy.domain;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Packets that begin here: what a host says of a port that nobody serves, said for an instance that is not there, from
 * the address that was dialled. Each is written into a big-endian buffer; nothing is allocated.
 *
 * <pre>
 *  a:sp → S:dp  TCP            S:dp → a:sp  RST     RFC 9293 3.10.7.1: to an ACK {@code SEQ=SEG.ACK}, else {@code SEQ=0, ACK=SEG.SEQ+SEG.LEN}
 *               its own keep-alive      a:sp → S:dp  ACK (RFC 9293 3.8.4)
 *  a:sp → S:dp  anything else  S → a        ICMP    destination unreachable, quoting the packet as it was sent
 * </pre>
 */
final class Answers {
    /** As much of a packet as an IPv4 host is sure to take (RFC 1812, 4.3.2.3), and an IPv6 one (RFC 4443, 2.4 c). */
    private static final int V4_BYTES = 576;

    static final int MAX_BYTES = 1_280;

    private static final int V4_HEADER_BYTES = 20;
    private static final int V6_HEADER_BYTES = 40;
    private static final int TCP_BYTES = 20;
    private static final int ICMP_HEADER_BYTES = 8;
    private static final int HOP_LIMIT = 64;
    private static final int V4_DONT_FRAGMENT = 0x4000;

    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int ICMP_V6 = 58;
    private static final int ACK = 0x10;
    private static final int RST = 0x04;
    private static final int RST_ACK = 0x14;

    // type << 8 | code, of RFC 792 and RFC 4443 3.1
    private static final int V4_HOST_UNREACHABLE = 0x0301;
    private static final int V4_PORT_UNREACHABLE = 0x0303;
    private static final int V4_TIME_EXCEEDED = 0x0b00;
    private static final int V6_TIME_EXCEEDED = 0x0300;
    private static final int V6_ADDRESS_UNREACHABLE = 0x0103;
    private static final int V6_PORT_UNREACHABLE = 0x0104;

    private Answers() {}

    /** To a TCP segment for which there is no connection. @return its length; 0 for a reset, which nobody answers */
    static int reset(Packet refused, ByteBuffer into, int at) {
        if (refused.isReset()) {
            return 0;
        }
        boolean isAck = refused.isAck();
        return segment(
                refused.destinationHigh(),
                refused.destinationLow(),
                refused.sourceHigh(),
                refused.sourceLow(),
                refused.destinationPort() << 16 | refused.sourcePort(),
                isAck ? refused.acknowledgment() : 0,
                isAck ? 0 : refused.sequenceEnd(),
                isAck ? RST : RST_ACK,
                into,
                at);
    }

    /** To the own end of a TCP flow whose remote end is gone. @return its length */
    static int reset(FlowTable flows, int flow, ByteBuffer into, int at) {
        return segment(
                flows.dialledHigh(flow),
                flows.dialledLow(flow),
                flows.ownHigh(flow),
                flows.ownLow(flow),
                flows.remotePort(flow) << 16 | flows.ownPort(flow),
                flows.progress().expectedByOwn(flow), // RFC 5961 3.2: nothing but exactly this resets
                flows.progress().nextOfOwn(flow),
                RST_ACK,
                into,
                at);
    }

    /** In the name of the own end of a TCP flow: a segment that repeats the octet before the next one, without data. */
    static byte[] question(FlowTable flows, int flow) {
        byte[] segment = new byte[V6_HEADER_BYTES + TCP_BYTES];
        int length = segment(
                flows.ownHigh(flow),
                flows.ownLow(flow),
                flows.dialledHigh(flow),
                flows.dialledLow(flow),
                flows.ownPort(flow) << 16 | flows.remotePort(flow),
                flows.progress().nextOfOwn(flow) - 1,
                flows.progress().expectedByOwn(flow),
                ACK,
                ByteBuffer.wrap(segment),
                0);
        return Arrays.copyOf(segment, length);
    }

    /** @param isPort whether the port or the whole address is out of reach. @return its length */
    static int unreachable(Packet refused, boolean isPort, ByteBuffer into, int at) {
        return refused.isV4()
                ? error(refused, isPort ? V4_PORT_UNREACHABLE : V4_HOST_UNREACHABLE, into, at)
                : error(refused, isPort ? V6_PORT_UNREACHABLE : V6_ADDRESS_UNREACHABLE, into, at);
    }

    /** A router's answer to a packet that may not go further. The router has no address here but the one that was dialled. @return its length */
    static int timeExceeded(Packet refused, ByteBuffer into, int at) {
        return error(refused, refused.isV4() ? V4_TIME_EXCEEDED : V6_TIME_EXCEEDED, into, at);
    }

    private static int error(Packet refused, int typeAndCode, ByteBuffer into, int at) {
        boolean v4 = refused.isV4();
        int headers = (v4 ? V4_HEADER_BYTES : V6_HEADER_BYTES) + ICMP_HEADER_BYTES;
        int quoted = Math.min(refused.length(), (v4 ? V4_BYTES : MAX_BYTES) - headers);
        int body = header(
                refused.destinationHigh(),
                refused.destinationLow(),
                refused.sourceHigh(),
                refused.sourceLow(),
                v4 ? ICMP : ICMP_V6,
                ICMP_HEADER_BYTES + quoted,
                into,
                at);
        into.putShort(body, (short) typeAndCode);
        into.putShort(body + 2, (short) 0);
        into.putInt(body + 4, 0);
        refused.quote(quoted, into, body + ICMP_HEADER_BYTES);
        long sum = Checksums.sum(into, body, ICMP_HEADER_BYTES + quoted);
        if (!v4) {
            sum += pseudoHeader(into, at, ICMP_V6, ICMP_HEADER_BYTES + quoted);
        }
        into.putShort(body + 2, (short) Checksums.complete(sum));
        return headers + quoted;
    }

    /**
     * Whether an ICMP error may be sent about it (RFC 1122 3.2.2; RFC 4443 2.4 e): it went to one host, is none itself, and
     * tells of which flow it was.
     */
    static boolean mayBeTold(Packet refused) {
        if (refused.isIcmpError() || refused.isLaterFragment()) {
            return false;
        }
        return refused.isV4()
                ? (refused.destinationLow() & 0xf000_0000L) < 0xe000_0000L
                : refused.destinationHigh() >>> 56 != 0xff;
    }

    private static int segment(
            long fromHigh,
            long fromLow,
            long toHigh,
            long toLow,
            int ports,
            int sequence,
            int acknowledgment,
            int flags,
            ByteBuffer into,
            int at) {
        int body = header(fromHigh, fromLow, toHigh, toLow, TCP, TCP_BYTES, into, at);
        into.putInt(body, ports);
        into.putInt(body + 4, sequence);
        into.putInt(body + 8, acknowledgment);
        into.putInt(body + 12, (TCP_BYTES / 4) << 28 | flags << 16);
        into.putInt(body + 16, 0);
        long sum = Checksums.sum(into, body, TCP_BYTES) + pseudoHeader(into, at, TCP, TCP_BYTES);
        into.putShort(body + 16, (short) Checksums.complete(sum));
        return body - at + TCP_BYTES;
    }

    /** Writes the IP header. @return where its content begins */
    private static int header(
            long fromHigh,
            long fromLow,
            long toHigh,
            long toLow,
            int protocol,
            int contentBytes,
            ByteBuffer into,
            int at) {
        if (Addresses.isV4(fromHigh, fromLow)) {
            into.putInt(at, 0x4500_0000 | (V4_HEADER_BYTES + contentBytes));
            into.putInt(at + 4, V4_DONT_FRAGMENT);
            into.putInt(at + 8, HOP_LIMIT << 24 | protocol << 16);
            into.putInt(at + 12, (int) fromLow);
            into.putInt(at + 16, (int) toLow);
            into.putShort(at + 10, (short) Checksums.complete(Checksums.sum(into, at, V4_HEADER_BYTES)));
            return at + V4_HEADER_BYTES;
        }
        into.putInt(at, 0x6000_0000);
        into.putInt(at + 4, contentBytes << 16 | protocol << 8 | HOP_LIMIT);
        into.putLong(at + 8, fromHigh);
        into.putLong(at + 16, fromLow);
        into.putLong(at + 24, toHigh);
        into.putLong(at + 32, toLow);
        return at + V6_HEADER_BYTES;
    }

    /** The addresses, the protocol and the length of what follows the IP header at {@code at}. */
    private static long pseudoHeader(ByteBuffer packet, int at, int protocol, int contentBytes) {
        boolean v4 = packet.get(at) >>> 4 == 4;
        return Checksums.sum(packet, v4 ? at + 12 : at + 8, v4 ? 8 : 32) + protocol + contentBytes;
    }
}
