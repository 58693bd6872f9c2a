package io.xylem.proxy.domain;

import io.xylem.proxy.domain.KeptFlow.Kind;

/**
 * How far each flow of a {@link FlowTable} has come, by the packets that went by, and what a reset of its own end must
 * say. TCP:
 *
 * <pre>
 *  one direction seen ──► both seen ──► FIN both ways, or RST ──► over
 * </pre>
 */
final class FlowProgress {
    // On disk too; never reused.
    private static final int SEEN_OUTBOUND = 1;
    private static final int SEEN_INBOUND = 2;
    private static final int FIN_OUTBOUND = 4;
    private static final int FIN_INBOUND = 8;
    private static final int RESET = 16;
    /** The own end has acknowledged something. */
    private static final int ACKNOWLEDGED = 32;

    private final byte[] seen;
    private final int[] expectedByOwn;
    private final int[] nextOfOwn;

    FlowProgress(int capacity) {
        seen = new byte[capacity];
        expectedByOwn = new int[capacity];
        nextOfOwn = new int[capacity];
    }

    void begin(int slot) {
        seen[slot] = 0;
    }

    KeptFlow.Progress state(int slot) {
        return new KeptFlow.Progress(seen[slot], expectedByOwn[slot], nextOfOwn[slot]);
    }

    void restore(int slot, KeptFlow.Progress state) {
        seen[slot] = state.seen();
        expectedByOwn[slot] = state.expectedByOwn();
        nextOfOwn[slot] = state.nextOfOwn();
    }

    /** A packet of the flow went by. @return what the flow is now */
    Kind use(int slot, Packet packet, boolean isOutbound) {
        seen[slot] |= (byte) (isOutbound ? SEEN_OUTBOUND : SEEN_INBOUND);
        return switch (packet.transport()) {
            case TCP -> {
                useTcp(slot, packet, isOutbound);
                yield kindOfTcp(slot);
            }
            case UDP -> Kind.DATAGRAM;
            case LIKE_UDP -> packet.protocol() == ParsedPacket.DCCP ? Kind.CONNECTED : Kind.DATAGRAM;
            case ECHO -> Kind.ECHO;
            case OPAQUE, ICMP_ERROR -> Kind.CONNECTED;
        };
    }

    /** The same for packets that a fast path moved. */
    Kind use(int slot, int protocol, FastPath.Use moved) {
        seen[slot] |= (byte) ((moved.outbound ? SEEN_OUTBOUND : 0) | (moved.inbound ? SEEN_INBOUND : 0));
        if (protocol != ParsedPacket.TCP) {
            return Kind.DATAGRAM;
        }
        seen[slot] |= (byte) (((moved.outboundFlags & ParsedPacket.FIN) != 0 ? FIN_OUTBOUND : 0)
                | ((moved.inboundFlags & ParsedPacket.FIN) != 0 ? FIN_INBOUND : 0));
        if (((moved.outboundFlags | moved.inboundFlags) & ParsedPacket.RST) != 0) {
            reset(slot);
        } else if (moved.outbound) {
            boolean isAck = (moved.outboundFlags & ParsedPacket.ACK) != 0;
            useOfOwn(slot, moved.sent, isAck, moved.acknowledged);
        }
        return kindOfTcp(slot);
    }

    private Kind kindOfTcp(int slot) {
        return isClosing(slot) ? Kind.CLOSING : isOneSided(slot) ? Kind.OPENING : Kind.CONNECTED;
    }

    private void useTcp(int slot, Packet segment, boolean isOutbound) {
        if (segment.isReset()) {
            reset(slot);
            return;
        }
        if (segment.isFin()) {
            seen[slot] |= (byte) (isOutbound ? FIN_OUTBOUND : FIN_INBOUND);
        }
        if (isOutbound) {
            if (segment.isSyn()) {
                seen[slot] &= ~ACKNOWLEDGED;
            }
            useOfOwn(slot, segment.sequenceEnd(), segment.isAck(), segment.acknowledgment());
        }
    }

    /** Numbers wrap around: of two, the one that is less than 2^31 ahead is the later (RFC 9293, 3.4). */
    private void useOfOwn(int slot, int sequenceEnd, boolean isAck, int acknowledgment) {
        boolean isFirst = !isAcknowledged(slot);
        if (isFirst || sequenceEnd - nextOfOwn[slot] > 0) {
            nextOfOwn[slot] = sequenceEnd;
        }
        if (isAck) {
            if (isFirst || acknowledgment - expectedByOwn[slot] > 0) {
                expectedByOwn[slot] = acknowledgment;
            }
            seen[slot] |= ACKNOWLEDGED;
        }
    }

    void reset(int slot) {
        seen[slot] |= RESET;
    }

    /** TCP: the own end has a connection, as far as is known. */
    boolean isConnection(int slot) {
        return isAcknowledged(slot) && !isClosing(slot);
    }

    /** TCP: what the own end acknowledged last, so the sequence number that it expects next. */
    int expectedByOwn(int slot) {
        return expectedByOwn[slot];
    }

    /** TCP: the sequence number after the last octet that the own end sent. */
    int nextOfOwn(int slot) {
        return nextOfOwn[slot];
    }

    /** No packet was seen in one of the directions. */
    boolean isOneSided(int slot) {
        return (seen[slot] & (SEEN_OUTBOUND | SEEN_INBOUND)) != (SEEN_OUTBOUND | SEEN_INBOUND);
    }

    /** TCP: it was reset, or both ends are done sending. */
    boolean isClosing(int slot) {
        return (seen[slot] & RESET) != 0 || (seen[slot] & (FIN_OUTBOUND | FIN_INBOUND)) == (FIN_OUTBOUND | FIN_INBOUND);
    }

    private boolean isAcknowledged(int slot) {
        return (seen[slot] & ACKNOWLEDGED) != 0;
    }
}
