package io.xylem.proxy.domain;

import io.xylem.proxy.domain.FlowAges.Kind;

/**
 * How far each flow of a {@link FlowTable} has come, by the packets that went by, and what a reset of its own end must
 * say. TCP:
 *
 * <pre>
 *  one direction seen ──► both seen ──► FIN both ways, or RST ──► over
 * </pre>
 */
final class FlowProgress {
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

    /** A packet of the flow went by. @return what the flow is now */
    Kind use(int slot, Packet packet, boolean isOutbound) {
        seen[slot] |= (byte) (isOutbound ? SEEN_OUTBOUND : SEEN_INBOUND);
        return switch (packet.transport()) {
            case TCP -> {
                useTcp(slot, packet, isOutbound);
                yield isClosing(slot) ? Kind.CLOSING : isOneSided(slot) ? Kind.OPENING : Kind.CONNECTED;
            }
            case UDP -> Kind.DATAGRAM;
            case ECHO -> Kind.ECHO;
            case OPAQUE, ICMP_ERROR -> Kind.CONNECTED;
        };
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
            useOfOwn(slot, segment);
        }
    }

    /** Numbers wrap around: of two, the one that is less than 2^31 ahead is the later (RFC 9293, 3.4). */
    private void useOfOwn(int slot, Packet segment) {
        if (segment.isSyn()) {
            seen[slot] &= ~ACKNOWLEDGED;
        }
        boolean isFirst = !isAcknowledged(slot);
        if (isFirst || segment.sequenceEnd() - nextOfOwn[slot] > 0) {
            nextOfOwn[slot] = segment.sequenceEnd();
        }
        if (segment.isAck()) {
            if (isFirst || segment.acknowledgment() - expectedByOwn[slot] > 0) {
                expectedByOwn[slot] = segment.acknowledgment();
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
