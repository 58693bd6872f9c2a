package io.xylem.proxy.domain;

import io.xylem.proxy.domain.Counters.Direction;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One datagram that comes in pieces: what they have in common (RFC 791, 3.2; RFC 8200, 4.5), and what became of the first
 * one. Used again for others.
 */
final class FragmentedDatagram {
    boolean isUsed;
    Direction direction = Direction.OUTBOUND;
    private boolean v4;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int id;
    private int protocol;
    /** In the tunnel, pieces of another worker are of another datagram: nobody can put some between those of others. */
    private long peerHigh;

    private long peerLow;
    long sinceNs;
    /** Of the first piece; null before it came. */
    @Nullable
    Verdict verdict;

    long newSourceHigh;
    long newSourceLow;
    long newDestinationHigh;
    long newDestinationLow;
    /** Before the first piece came. */
    final ArrayDeque<WaitingPackets.Released> waiting = new ArrayDeque<>(0);

    void begin(Direction of, Packet packet, @Nullable TunnelPeer peer, long nowNs) {
        isUsed = true;
        direction = of;
        v4 = packet.isV4();
        sourceHigh = packet.sourceHigh();
        sourceLow = packet.sourceLow();
        destinationHigh = packet.destinationHigh();
        destinationLow = packet.destinationLow();
        id = packet.fragmentId();
        protocol = packet.protocol();
        peerHigh = peer == null ? 0 : peer.high();
        peerLow = peer == null ? 0 : peer.low();
        sinceNs = nowNs;
        verdict = null;
    }

    boolean isOf(Direction of, Packet packet, @Nullable TunnelPeer peer) {
        return isUsed
                && id == packet.fragmentId()
                && sourceLow == packet.sourceLow()
                && destinationLow == packet.destinationLow()
                && sourceHigh == packet.sourceHigh()
                && destinationHigh == packet.destinationHigh()
                && direction == of
                && (!v4 || protocol == packet.protocol())
                && peerLow == (peer == null ? 0 : peer.low())
                && peerHigh == (peer == null ? 0 : peer.high());
    }

    /** Whether it is of, or for, the same instance here as the packet. */
    boolean hasInstanceOf(Direction of, Packet packet) {
        return direction == of
                && (of == Direction.OUTBOUND
                        ? sourceLow == packet.sourceLow() && sourceHigh == packet.sourceHigh()
                        : destinationLow == packet.destinationLow() && destinationHigh == packet.destinationHigh());
    }

    /** @param packet the first piece, with the addresses that it got */
    void decide(Verdict became, Packet packet, long nowNs) {
        verdict = became;
        sinceNs = nowNs;
        newSourceHigh = packet.sourceHigh();
        newSourceLow = packet.sourceLow();
        newDestinationHigh = packet.destinationHigh();
        newDestinationLow = packet.destinationLow();
    }
}
