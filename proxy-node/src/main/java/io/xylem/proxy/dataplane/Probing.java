package io.xylem.proxy.dataplane;

import io.xylem.balancing.Policies;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.ProbeFrame;
import io.xylem.proxy.domain.RateLimit;
import io.xylem.proxy.domain.RoundTrips;
import io.xylem.proxy.domain.RouteTable;
import io.xylem.proxy.domain.Translator;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Probes in the tunnel, out and in. Whoever asks is answered, known here or not, since an answer is no longer than its
 * question and there are so many of them a second at most. One thread.
 */
final class Probing {
    private static final int ANSWERS_PER_SECOND = 10_000;
    private static final int ANSWERS_BURST = 1_000;
    private static final int BATCH = 64;

    /** How an own measurement is made. A turn's time is too coarse for it: the answer may come within the turn. */
    private record Asking(RoundTrips roundTrips, LongSupplier clockNs, LongSupplier random) {}

    private final Tunnel tunnel;
    private final Counters counters;
    private final PacketBatch batch = PacketBatch.of(BATCH, ProbeFrame.BYTES);
    private final RateLimit answers = new RateLimit(ANSWERS_PER_SECOND, ANSWERS_BURST);
    private @Nullable Asking asking;

    Probing(Tunnel tunnel, Counters counters) {
        this.tunnel = tunnel;
        this.counters = counters;
    }

    void begin(Policies policies, Translator translator, LongSupplier clockNs, LongSupplier random) {
        asking = new Asking(new RoundTrips(policies, translator.measured()), clockNs, random);
    }

    /** Asks those whose turn it is. */
    void ask(RouteTable routes, long nowNs) throws IOException {
        if (asking == null) {
            return;
        }
        RoundTrips roundTrips = asking.roundTrips;
        roundTrips.plan(routes, nowNs);
        for (RoundTrips.Peer peer = roundTrips.due(nowNs); peer != null; peer = roundTrips.due(nowNs)) {
            long nonce = roundTrips.ask(peer, asking.random.getAsLong(), asking.clockNs.getAsLong());
            int slot = batch.add(ProbeFrame.BYTES);
            ProbeFrame.writeQuestion(nonce, batch.memory(), batch.offset(slot));
            batch.setPeer(slot, peer.high(), peer.low(), peer.port());
            counters.add(Count.SENT_PROBES, 1);
            if (batch.isFull()) {
                break; // the rest is due in the next turn
            }
        }
        flush();
    }

    /** @return whether it was a probe, which is then dealt with */
    boolean takes(PacketBatch from, int slot, long nowNs) throws IOException {
        int at = from.offset(slot);
        if (ProbeFrame.isQuestion(from.memory(), at, from.length(slot))) {
            answer(from, slot, nowNs);
            return true;
        }
        if (!ProbeFrame.isAnswer(from.memory(), at, from.length(slot))) {
            return false;
        }
        boolean isAskedFor = asking != null
                && asking.roundTrips.answered(
                        from.peerHigh(slot),
                        from.peerLow(slot),
                        from.peerPort(slot),
                        ProbeFrame.nonce(from.memory(), at),
                        asking.clockNs.getAsLong());
        if (!isAskedFor) {
            counters.drop(Direction.INBOUND, Drop.STRAY_PROBE);
        }
        return true;
    }

    private void answer(PacketBatch from, int slot, long nowNs) throws IOException {
        if (!answers.passes(nowNs)) {
            counters.drop(Direction.INBOUND, Drop.PROBE_FLOOD);
            return;
        }
        int added = batch.add(ProbeFrame.BYTES);
        ProbeFrame.writeAnswer(ProbeFrame.nonce(from.memory(), from.offset(slot)), batch.memory(), batch.offset(added));
        batch.setPeer(added, from.peerHigh(slot), from.peerLow(slot), from.peerPort(slot));
        counters.add(Count.ANSWERED_PROBES, 1);
        flush(); // at once: what waits here is measured there
    }

    private void flush() throws IOException {
        if (batch.count() > 0) {
            int taken = tunnel.send(batch);
            counters.drop(Direction.OUTBOUND, Drop.TUNNEL_REFUSED, batch.count() - taken - tunnel.refused());
            batch.clear();
        }
    }
}
