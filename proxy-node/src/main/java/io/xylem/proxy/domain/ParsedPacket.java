package io.xylem.proxy.domain;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What is found in one raw IPv4 or IPv6 packet. {@link #wrap} checks everything that {@link Packet} relies on when it
 * changes the packet; after it the accessors tell what was found. Addresses are as in {@link Addresses}.
 *
 * <pre>
 *  IPv4 (RFC 791):  version|IHL 0 | total length 2 | flags|fragment 6 | protocol 9 | checksum 10 | source 12 | destination 16
 *  IPv6 (RFC 8200): version 0 | payload length 4 | next header 6 | source 8 | destination 24
 *  TCP  (RFC 9293): source port 0 | destination port 2 | data offset 12 | flags 13 | checksum 16
 *  UDP  (RFC 768):  source port 0 | destination port 2 | length 4 | checksum 6
 *  UDP-Lite (RFC 3828), DCCP (RFC 4340): source port 0 | destination port 2 | checksum 6
 *  ICMP echo:       type 0 | code 1 | checksum 2 | identifier 4
 *  ICMP error:      type 0 | code 1 | checksum 2 | e.g. next MTU 4 | the packet that it is about 8
 * </pre>
 */
abstract class ParsedPacket extends PacketEnds {
    /** What the translation knows of the transport. */
    enum Transport {
        TCP,
        UDP,
        ECHO,
        /** An ICMP error about a packet that its receiver sent. */
        ICMP_ERROR,
        /** UDP-Lite and DCCP: ports, and a checksum that covers the addresses, where UDP has its own. */
        LIKE_UDP,
        /**
         * Its checksum does not cover the IP addresses, so they can be changed without looking into it; nor does what a
         * fragment but the first one carries.
         */
        OPAQUE
    }

    // IANA protocol numbers
    private static final int ICMP = 1;
    static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP_V6 = 58;
    static final int DCCP = 33;
    static final int UDP_LITE = 136;

    private static final int V4_HEADER_BYTES = 20;
    private static final int V4_MORE_FRAGMENTS = 0x2000;
    private static final int V4_FRAGMENT_OFFSET = 0x1fff;
    private static final int V6_MORE_FRAGMENTS = 1;
    private static final int V6_FRAGMENT_OFFSET = 0xfff8;
    private static final int FRAGMENT_UNIT_BYTES = 8;
    private static final int MAX_DATAGRAM_BYTES = 65_535;
    private static final int V6_HEADER_BYTES = 40;
    private static final int TCP_HEADER_BYTES = 20;
    private static final int UDP_HEADER_BYTES = 8;
    private static final int ICMP_HEADER_BYTES = 8;

    static final int FIN = 0x01;
    static final int SYN = 0x02;
    static final int RST = 0x04;
    static final int ACK = 0x10;

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    ByteBuffer memory = NOTHING;
    int offset;
    private int length;
    boolean v4;
    boolean isChecksumPartial;
    Transport transport = Transport.OPAQUE;
    int transportAt; // index into memory
    private int tcpFlags;
    private boolean echoReply;
    private boolean fragment;
    private boolean laterFragment;
    private int fragmentId;
    private final ExtensionHeaders extensions = new ExtensionHeaders();
    private final Quote quote = new Quote();

    /**
     * Looks at {@code length} bytes of a big-endian buffer.
     *
     * @return why it can't be translated, after which nothing else may be asked; null when it can
     */
    public @Nullable Drop wrap(ByteBuffer buffer, int start, int bytes) {
        return wrap(buffer, start, bytes, false);
    }

    /**
     * The same for a packet of {@code bytes} of which at least all headers are there.
     *
     * @param hasPartialChecksum whether the checksum of TCP or UDP is the pseudo-header's alone, not complemented
     */
    public @Nullable Drop wrap(ByteBuffer buffer, int start, int bytes, boolean hasPartialChecksum) {
        isChecksumPartial = hasPartialChecksum;
        memory = buffer;
        offset = start;
        length = bytes;
        sourcePort = 0;
        destinationPort = 0;
        tcpFlags = 0;
        echoReply = false;
        fragment = false;
        laterFragment = false;
        if (bytes == 0) {
            return Drop.EMPTY;
        }
        return switch (u8(start) >>> 4) {
            case 4 -> wrapV4();
            case 6 -> wrapV6();
            default -> Drop.NOT_IP;
        };
    }

    private @Nullable Drop wrapV4() {
        if (length < V4_HEADER_BYTES) {
            return Drop.TRUNCATED_HEADER;
        }
        int headerBytes = (u8(offset) & 15) * 4;
        if (u16(offset + 2) != length) {
            return Drop.LENGTH_MISMATCH;
        }
        if (headerBytes < V4_HEADER_BYTES || headerBytes > length) {
            return Drop.BAD_HEADER_LENGTH;
        }
        v4 = true;
        sourceHigh = 0;
        sourceLow = Addresses.mapped(memory.getInt(offset + 12));
        destinationHigh = 0;
        destinationLow = Addresses.mapped(memory.getInt(offset + 16));
        int word = u16(offset + 6);
        int from = (word & V4_FRAGMENT_OFFSET) * FRAGMENT_UNIT_BYTES;
        fragmentId = u16(offset + 4);
        return wrapFragment(from, (word & V4_MORE_FRAGMENTS) != 0, headerBytes, length - headerBytes)
                ? wrapTransport(u8(offset + 9), offset + headerBytes)
                : Drop.BAD_FRAGMENT;
    }

    private @Nullable Drop wrapV6() {
        if (length < V6_HEADER_BYTES) {
            return Drop.TRUNCATED_HEADER;
        }
        if (u16(offset + 4) + V6_HEADER_BYTES != length) {
            return Drop.LENGTH_MISMATCH;
        }
        v4 = false;
        sourceHigh = memory.getLong(offset + 8);
        sourceLow = memory.getLong(offset + 16);
        destinationHigh = memory.getLong(offset + 24);
        destinationLow = memory.getLong(offset + 32);
        Drop impassable = extensions.walk(memory, u8(offset + 6), offset + V6_HEADER_BYTES, end());
        if (impassable != null) {
            return impassable;
        }
        int header = extensions.fragmentAt;
        if (header != ExtensionHeaders.NONE) {
            int word = u16(header + 2);
            int pieceAt = header + FRAGMENT_UNIT_BYTES;
            fragmentId = memory.getInt(header + 4);
            if (!wrapFragment(word & V6_FRAGMENT_OFFSET, (word & V6_MORE_FRAGMENTS) != 0, 0, end() - pieceAt)) {
                return Drop.BAD_FRAGMENT;
            }
        }
        return wrapTransport(extensions.protocol, extensions.transportAt);
    }

    /** @param from where this piece begins in what the datagram carries. @return whether it can be a piece of a datagram */
    private boolean wrapFragment(int from, boolean hasMore, int headerBytes, int pieceBytes) {
        fragment = from > 0 || hasMore; // in IPv6, what is neither is whole in spite of its header (RFC 6946)
        laterFragment = from > 0;
        return !fragment
                || (pieceBytes > 0
                        && headerBytes + from + pieceBytes <= MAX_DATAGRAM_BYTES
                        && (!hasMore || pieceBytes % FRAGMENT_UNIT_BYTES == 0));
    }

    private @Nullable Drop wrapTransport(int found, int at) {
        protocol = found;
        transportAt = at;
        if (laterFragment) {
            transport = Transport.OPAQUE;
            return null;
        }
        int available = end() - at;
        return switch (found) {
            case TCP -> wrapTcp(at, available);
            case UDP -> wrapUdp(at, available);
            case ICMP -> v4 ? wrapIcmp(at, available, 8, 0) : Drop.UNSUPPORTED_PROTOCOL;
            case ICMP_V6 -> v4 ? Drop.UNSUPPORTED_PROTOCOL : wrapIcmp(at, available, 128, 129);
            case DCCP, UDP_LITE -> wrapLikeUdp(at, available);
            default -> {
                transport = Transport.OPAQUE; // SCTP, GRE, ESP, …
                yield null;
            }
        };
    }

    private @Nullable Drop wrapTcp(int at, int available) {
        if (available < TCP_HEADER_BYTES) {
            return Drop.TRUNCATED_TRANSPORT;
        }
        int headerBytes = (u8(at + 12) >>> 4) * 4;
        if (headerBytes < TCP_HEADER_BYTES || headerBytes > available) {
            return Drop.BAD_TRANSPORT_LENGTH;
        }
        transport = Transport.TCP;
        readPorts(at);
        tcpFlags = u8(at + 13);
        return null;
    }

    private @Nullable Drop wrapUdp(int at, int available) {
        if (available < UDP_HEADER_BYTES) {
            return Drop.TRUNCATED_TRANSPORT;
        }
        int datagramBytes = u16(at + 4);
        if (datagramBytes < UDP_HEADER_BYTES || (datagramBytes > available && !fragment)) {
            return Drop.BAD_TRANSPORT_LENGTH;
        }
        transport = Transport.UDP;
        readPorts(at);
        return null;
    }

    private @Nullable Drop wrapLikeUdp(int at, int available) {
        if (available < UDP_HEADER_BYTES) {
            return Drop.TRUNCATED_TRANSPORT;
        }
        transport = Transport.LIKE_UDP;
        readPorts(at);
        return null;
    }

    private @Nullable Drop wrapIcmp(int at, int available, int request, int reply) {
        if (available < ICMP_HEADER_BYTES) {
            return Drop.TRUNCATED_TRANSPORT;
        }
        int type = u8(at);
        // RFC 792: unreachable, time exceeded, parameter problem. RFC 4443: those and too big.
        boolean isError = v4 ? type == 3 || type == 11 || type == 12 : type >= 1 && type <= 4;
        if (!isError) {
            return wrapEcho(at, type, request, reply);
        }
        transport = Transport.ICMP_ERROR;
        return quote.wrap(memory, at + ICMP_HEADER_BYTES, available - ICMP_HEADER_BYTES, v4)
                ? null
                : Drop.UNSUPPORTED_ICMP;
    }

    /** The identifier takes the place of the asker's port; the asked side has port 0. */
    private @Nullable Drop wrapEcho(int at, int type, int request, int reply) {
        if ((type != request && type != reply) || u8(at + 1) != 0) {
            return Drop.UNSUPPORTED_ICMP;
        }
        transport = Transport.ECHO;
        echoReply = type == reply;
        if (echoReply) {
            destinationPort = u16(at + 4);
        } else {
            sourcePort = u16(at + 4);
        }
        return null;
    }

    private void readPorts(int at) {
        sourcePort = u16(at);
        destinationPort = u16(at + 2);
    }

    public int length() {
        return length;
    }

    public boolean isV4() {
        return v4;
    }

    public boolean isTcp() {
        return transport == Transport.TCP;
    }

    public boolean hasPorts() {
        return transport == Transport.TCP || transport == Transport.UDP;
    }

    /** Whether a checksum that is the field at {@code field} of what begins at {@code start} covers the addresses. */
    public boolean hasChecksumAt(int start, int field) {
        return hasPorts() && start == transportStart() && field == (transport == Transport.TCP ? 16 : 6);
    }

    /** Where the transport's header begins, from the packet's first byte. */
    public int transportStart() {
        return transportAt - offset;
    }

    /** TCP and UDP: where the payload begins, from the packet's first byte. */
    public int headerBytes() {
        return transportStart() + (transport == Transport.TCP ? (u8(transportAt + 12) >>> 4) * 4 : UDP_HEADER_BYTES);
    }

    Transport transport() {
        return transport;
    }

    /** The first segment of a TCP connection, or a repetition of it. */
    boolean isSyn() {
        return (tcpFlags & (SYN | ACK | RST)) == SYN;
    }

    /** TCP: one of the first segments in each direction, which say what their sender takes. */
    public boolean isSynchronizing() {
        return (tcpFlags & SYN) != 0;
    }

    boolean isAck() {
        return (tcpFlags & ACK) != 0;
    }

    /** TCP: the sequence number of its first octet. */
    int sequence() {
        return memory.getInt(transportAt + 4);
    }

    /** TCP: the sequence number after its last octet; SYN and FIN take one each (RFC 9293, 3.4). */
    int sequenceEnd() {
        int headerBytes = (u8(transportAt + 12) >>> 4) * 4;
        int octets = end() - transportAt - headerBytes;
        return sequence() + octets + ((tcpFlags & SYN) != 0 ? 1 : 0) + ((tcpFlags & FIN) != 0 ? 1 : 0);
    }

    /** TCP: the sequence number that its sender expects next. Means something if {@link #isAck}. */
    int acknowledgment() {
        return memory.getInt(transportAt + 8);
    }

    boolean isFin() {
        return (tcpFlags & FIN) != 0;
    }

    boolean isReset() {
        return (tcpFlags & RST) != 0;
    }

    /** A piece of a datagram. */
    public boolean isFragment() {
        return fragment;
    }

    /** A piece but the first one: it has no ports, and nobody can tell which flow it is of. */
    public boolean isLaterFragment() {
        return laterFragment;
    }

    /** Fragments: what those of one datagram have in common, beside the addresses and in IPv4 the protocol. */
    int fragmentId() {
        return fragmentId;
    }

    boolean isIcmpError() {
        return transport == Transport.ICMP_ERROR;
    }

    /** ICMP errors: the packet that it is about. */
    Quote quote() {
        return quote;
    }

    /** How many routers may still pass it on. */
    int hopLimit() {
        return u8(offset + (v4 ? 8 : 7));
    }

    /** Whether it can only answer something. */
    boolean isEchoReply() {
        return echoReply;
    }

    final int end() {
        return offset + length;
    }

    final int u8(int at) {
        return memory.get(at) & 0xff;
    }

    final int u16(int at) {
        return memory.getShort(at) & 0xffff;
    }
}
