package io.xylem.proxy.domain;

import io.xylem.proxy.domain.Counters.Direction;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Pieces of datagrams. Only the first piece has ports, and the checksum; the later ones go where it went, with the same new
 * addresses, as they are: nothing is put together, so the receiver sees the pieces that the sender made.
 *
 * <pre>
 *  first piece ── translated as any packet ──► its verdict is remembered for a moment
 *  later piece ──┬── the first one's verdict is known ──► the same
 *                └── not yet ── waits ──┬── the first one came ──► released, after it
 *                                       └── it did not ──► dropped
 * </pre>
 *
 * All is bounded: datagrams, the pieces that wait, how long. One thread; the time comes in.
 */
public final class Fragments {
    /**
     * @param datagrams a power of two
     * @param lifeNs longer than a first piece may wait for its routes
     */
    public record Limits(int datagrams, int waiting, int waitingOfDatagram, int waitingOfInstance, long lifeNs) {
        /** A datagram of 64 KiB has 46 pieces of 1 450 bytes. */
        public static final Limits DEFAULT = new Limits(1_024, 512, 64, 128, 2_000_000_000L);
    }

    private static final int WAYS = 8;
    private static final int LOOKS_PER_LIFE = 20;

    private final Translator translator;
    private final Limits limits;
    private final Counters counters;
    private final long hashSeed;
    private final FragmentedDatagram[] table;
    private final Map<Direction, Queue<WaitingPackets.Released>> ready = new EnumMap<>(Direction.class);
    private RouteTable routes = RouteTable.empty("");
    private Attachments attachments = Attachments.NONE;
    private int waiting;
    private long lookedNs;

    public Fragments(Translator translator, Limits limits, long hashSeed, Counters counters) {
        this.translator = translator;
        this.limits = limits;
        this.hashSeed = hashSeed;
        this.counters = counters;
        table = new FragmentedDatagram[limits.datagrams];
        for (int i = 0; i < table.length; i++) {
            table[i] = new FragmentedDatagram();
        }
        for (Direction direction : Direction.values()) {
            ready.put(direction, new ArrayDeque<>());
        }
    }

    /** From now on these tables hold. */
    public void use(RouteTable currentRoutes, Attachments currentAttachments) {
        routes = currentRoutes;
        attachments = currentAttachments;
    }

    /** What {@link Translator#outbound} is to a whole packet. {@link Drop#NO_FIRST_FRAGMENT}: it may be kept. */
    public Verdict.Outbound outbound(Packet packet, long nowNs) {
        FragmentedDatagram datagram = find(Direction.OUTBOUND, packet, null, nowNs);
        if (datagram == null && attachments.find(packet.sourceHigh(), packet.sourceLow()) == null) {
            return Drop.SOURCE_NOT_ATTACHED;
        }
        if (!packet.isLaterFragment()) {
            FragmentedDatagram mine = datagram == null ? take(Direction.OUTBOUND, packet, null, nowNs) : datagram;
            Verdict.Outbound verdict = translator.outbound(packet, nowNs);
            if (verdict != Drop.UNKNOWN_DESTINATION) { // it may wait, and come again
                decide(mine, verdict, packet, nowNs);
            }
            return verdict;
        }
        if (packet.hopLimit() <= 1) {
            return Drop.HOP_LIMIT_REACHED;
        }
        if (datagram == null || datagram.verdict == null) {
            return Drop.NO_FIRST_FRAGMENT;
        }
        return follow(datagram, packet) instanceof Target target ? target : Drop.FRAGMENT;
    }

    /** What {@link Translator#inbound} is to a whole packet. {@link Drop#NO_FIRST_FRAGMENT}: it may be kept. */
    public Verdict.Inbound inbound(Packet packet, @Nullable TunnelPeer peer, long nowNs) {
        FragmentedDatagram datagram = find(Direction.INBOUND, packet, peer, nowNs);
        Drop refusal = datagram == null ? refusal(packet, peer) : null;
        if (refusal != null) {
            return refusal;
        }
        if (!packet.isLaterFragment()) {
            FragmentedDatagram mine = datagram == null ? take(Direction.INBOUND, packet, peer, nowNs) : datagram;
            Verdict.Inbound verdict = translator.inbound(packet, peer, nowNs);
            if (verdict != Drop.UNKNOWN_SOURCE) {
                decide(mine, verdict, packet, nowNs);
            }
            return verdict;
        }
        if (datagram == null || datagram.verdict == null) {
            return Drop.NO_FIRST_FRAGMENT;
        }
        return follow(datagram, packet) instanceof Attachment attachment ? attachment : Drop.FRAGMENT;
    }

    /** Why no piece of such a datagram may take a place; null if it may. */
    private @Nullable Drop refusal(Packet packet, @Nullable TunnelPeer peer) {
        if (attachments.find(packet.destinationHigh(), packet.destinationLow()) == null) {
            return Drop.DESTINATION_NOT_ATTACHED;
        }
        Target remote = routes.instance(packet.sourceHigh(), packet.sourceLow());
        return remote != null && peer != null && !peer.hosts(remote) ? Drop.FOREIGN_WORKER : null;
    }

    /**
     * Takes a later piece whose first one has not come.
     *
     * @param peer from where it came in the tunnel; null for a packet of an instance here
     * @return null when it waits from now on, or why it does not
     */
    public @Nullable Drop keep(
            Direction direction, Packet packet, @Nullable TunnelPeer peer, byte[] bytes, long nowNs) {
        FragmentedDatagram found = find(direction, packet, peer, nowNs);
        if (waiting >= limits.waiting
                || (found != null && found.waiting.size() >= limits.waitingOfDatagram)
                || waitingOfInstance(direction, packet) >= limits.waitingOfInstance) {
            return Drop.TOO_MANY_FRAGMENTS;
        }
        FragmentedDatagram datagram = found == null ? take(direction, packet, peer, nowNs) : found;
        if (waiting++ == 0) {
            lookedNs = nowNs;
        }
        datagram.waiting.add(new WaitingPackets.Released(bytes, peer == null ? null : peer.copy()));
        counters.add(Counters.Count.WAITED_PACKETS, 1);
        return null;
    }

    /** @return the next piece whose first one has come, or null; it is to be handled like one that just came */
    public WaitingPackets.@Nullable Released release(Direction direction) {
        return Objects.requireNonNull(ready.get(direction)).poll();
    }

    /** Once a turn: drops what waits for too long. Costs nothing while nothing waits. */
    public void expire(long nowNs) {
        if (waiting == 0 || nowNs - lookedNs < limits.lifeNs / LOOKS_PER_LIFE) {
            return;
        }
        lookedNs = nowNs;
        for (FragmentedDatagram datagram : table) {
            if (!datagram.waiting.isEmpty() && nowNs - datagram.sinceNs >= limits.lifeNs) {
                drop(datagram, Drop.NO_FIRST_FRAGMENT);
            }
        }
    }

    private void decide(FragmentedDatagram datagram, Verdict verdict, Packet packet, long nowNs) {
        datagram.decide(verdict, packet, nowNs);
        waiting -= datagram.waiting.size();
        Objects.requireNonNull(ready.get(datagram.direction)).addAll(datagram.waiting);
        datagram.waiting.clear();
    }

    /** @return the verdict of the first piece, after which this one has the addresses that it got */
    private static @Nullable Verdict follow(FragmentedDatagram datagram, Packet packet) {
        if (!(datagram.verdict instanceof Drop)) {
            packet.rewrite(
                    datagram.newSourceHigh,
                    datagram.newSourceLow,
                    datagram.newDestinationHigh,
                    datagram.newDestinationLow);
        }
        return datagram.verdict;
    }

    private @Nullable FragmentedDatagram find(
            Direction direction, Packet packet, @Nullable TunnelPeer peer, long nowNs) {
        int first = bucket(packet);
        for (int i = first; i < first + WAYS; i++) {
            if (table[i].isOf(direction, packet, peer) && nowNs - table[i].sinceNs < limits.lifeNs) {
                return table[i];
            }
        }
        return null;
    }

    /** The place of the datagram that began longest ago; what still waited there is lost. */
    private FragmentedDatagram take(Direction direction, Packet packet, @Nullable TunnelPeer peer, long nowNs) {
        int first = bucket(packet);
        FragmentedDatagram oldest = table[first];
        for (int i = first + 1; i < first + WAYS && oldest.isUsed; i++) {
            if (!table[i].isUsed || table[i].sinceNs - oldest.sinceNs < 0) {
                oldest = table[i];
            }
        }
        boolean isOver = nowNs - oldest.sinceNs >= limits.lifeNs;
        drop(oldest, isOver ? Drop.NO_FIRST_FRAGMENT : Drop.TOO_MANY_FRAGMENTS);
        oldest.begin(direction, packet, peer, nowNs);
        return oldest;
    }

    private void drop(FragmentedDatagram datagram, Drop reason) {
        counters.drop(datagram.direction, reason, datagram.waiting.size());
        waiting -= datagram.waiting.size();
        datagram.waiting.clear();
    }

    private int waitingOfInstance(Direction direction, Packet packet) {
        int sum = 0;
        for (FragmentedDatagram datagram : table) {
            sum += datagram.hasInstanceOf(direction, packet) ? datagram.waiting.size() : 0;
        }
        return sum;
    }

    private int bucket(Packet packet) {
        long addresses = FlowIndex.mix(hashSeed ^ packet.sourceLow()) ^ packet.destinationLow();
        return (FlowIndex.spread(FlowIndex.mix(addresses) ^ packet.fragmentId()) & (table.length / WAYS - 1)) * WAYS;
    }
}
