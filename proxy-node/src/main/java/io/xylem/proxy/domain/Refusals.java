package io.xylem.proxy.domain;

import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.ParsedPacket.Transport;
import java.nio.ByteBuffer;

/**
 * Tells senders at once that a packet was dropped, where a host would: a client that waits for nobody is worse off than
 * one that is refused. Resets are as many as the segments that they answer; unreachables are limited as Linux does
 * ({@code icmp_msgs_per_sec}, {@code icmp_msgs_burst}). One thread.
 */
public final class Refusals {
    /** The longest answer. */
    public static final int MAX_BYTES = Answers.MAX_BYTES;

    static final int UNREACHABLES_PER_SECOND = 1_000;
    static final int UNREACHABLES_BURST = 50;

    private final Counters counters;
    private final RateLimit unreachables = new RateLimit(UNREACHABLES_PER_SECOND, UNREACHABLES_BURST);

    public Refusals(Counters counters) {
        this.counters = counters;
    }

    /**
     * Writes what the sender is told.
     *
     * @param packet as it was sent
     * @param into big-endian, with room for {@link #MAX_BYTES} at {@code at}
     * @return the length of the answer; 0 when there is none
     */
    public int answer(Packet packet, Drop reason, long nowNs, ByteBuffer into, int at) {
        return switch (reason.answer()) {
            case NOTHING -> 0;
            case REFUSED ->
                packet.transport() == Transport.TCP
                        ? reset(packet, into, at)
                        : unreachable(packet, packet.transport() == Transport.UDP, nowNs, into, at);
            case UNREACHABLE -> unreachable(packet, false, nowNs, into, at);
            case EXPIRED -> {
                boolean isTold = mayBeTold(packet, nowNs);
                counters.add(Count.SENT_TIME_EXCEEDED, isTold ? 1 : 0);
                yield isTold ? Answers.timeExceeded(packet, into, at) : 0;
            }
        };
    }

    private int reset(Packet packet, ByteBuffer into, int at) {
        int length = Answers.reset(packet, into, at);
        counters.add(Count.SENT_RESETS, length > 0 ? 1 : 0);
        return length;
    }

    private int unreachable(Packet packet, boolean isPort, long nowNs, ByteBuffer into, int at) {
        boolean isTold = mayBeTold(packet, nowNs);
        counters.add(Count.SENT_UNREACHABLES, isTold ? 1 : 0);
        return isTold ? Answers.unreachable(packet, isPort, into, at) : 0;
    }

    private boolean mayBeTold(Packet packet, long nowNs) {
        if (!Answers.mayBeTold(packet)) {
            return false;
        }
        boolean passes = unreachables.passes(nowNs);
        counters.add(Count.SUPPRESSED_UNREACHABLES, passes ? 0 : 1);
        return passes;
    }
}
