package io.xylem.proxy.domain;

import io.xylem.model.Ipv6;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Counters.Direction;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * First packets to or from addresses that the table does not know yet. They wait, bounded in number and time, while the
 * address is asked for; nothing else waits with them.
 *
 * <pre>
 *            first packet                    the table knows it
 *  (nothing) ───────────► asked, it waits ─┬───────────────────► released in the order of arrival
 *      ▲                                   ├─ nobody has it ───► released too, to be refused; for a moment further ones at once
 *      └───────────────────────────────────┴─ no answer in time ► dropped
 * </pre>
 *
 * One thread; the time comes in.
 */
public final class WaitingPackets {
    /**
     * @param packets that wait in each direction
     * @param packetsPerAddress of one unknown address
     * @param packetsPerInstance of one instance here, so that none of them takes all the room
     * @param settleNs how long a packet waits for usable instances of a service that is known already: its routes may
     *     come one by one
     * @param rememberNs how long an address that nobody has is not asked for again
     */
    public record Limits(
            int packets, int packetsPerAddress, int packetsPerInstance, long waitNs, long settleNs, long rememberNs) {
        public static final Limits DEFAULT = new Limits(512, 4, 128, 1_000_000_000L, 100_000_000L, 1_000_000_000L);
    }

    private record Waiting(Ipv6 address, Ipv6 own, Released packet, long sinceNs) {}

    /** @param peer from where it came in the tunnel; null for a packet of an instance here */
    public record Released(byte[] packet, @Nullable TunnelPeer peer) {}

    private static final class Line {
        final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
        final Queue<Released> ready = new ArrayDeque<>();
        final Map<Ipv6, Integer> byAddress = new HashMap<>();
        final Map<Ipv6, Integer> byInstance = new HashMap<>();
        /** A packet here only waits for its service's instances still. */
        boolean unsettled;

        int size() {
            return waiting.size() + ready.size();
        }

        void add(Waiting packet) {
            waiting.add(packet);
            byAddress.merge(packet.address, 1, Integer::sum);
            byInstance.merge(packet.own, 1, Integer::sum);
        }

        void count(Waiting gone) {
            byAddress.computeIfPresent(gone.address, (address, n) -> n > 1 ? n - 1 : null);
            byInstance.computeIfPresent(gone.own, (own, n) -> n > 1 ? n - 1 : null);
        }
    }

    private final UnknownAddresses unknownAddresses;
    private final Limits limits;
    private final Counters counters;
    private final Map<Direction, Line> lines = new EnumMap<>(Direction.class);
    /** Addresses that nobody has, and since when that is known; the oldest first. */
    private final Map<Ipv6, Long> unknownSinceNs = new LinkedHashMap<>();

    private @Nullable RouteTable seen;

    public WaitingPackets(UnknownAddresses unknownAddresses, Limits limits, Counters counters) {
        this.unknownAddresses = unknownAddresses;
        this.limits = limits;
        this.counters = counters;
        for (Direction direction : Direction.values()) {
            lines.put(direction, new Line());
        }
    }

    /**
     * Takes a packet whose unknown address is its destination (outbound) or its source (inbound).
     *
     * @return null when it waits from now on, or why it does not
     */
    public @Nullable Drop keep(
            Direction direction,
            Packet packet,
            @Nullable TunnelPeer peer,
            ByteBuffer memory,
            int offset,
            int length,
            long nowNs) {
        boolean outbound = direction == Direction.OUTBOUND;
        Drop unknown = outbound ? Drop.UNKNOWN_DESTINATION : Drop.UNKNOWN_SOURCE;
        long high = outbound ? packet.destinationHigh() : packet.sourceHigh();
        long low = outbound ? packet.destinationLow() : packet.sourceLow();
        if (!unknownAddresses.mayBeKnown(high, low)) {
            return unknown;
        }
        Ipv6 address = new Ipv6(high, low);
        Long since = unknownSinceNs.get(address);
        if (since != null && nowNs - since < limits.rememberNs) {
            return unknown;
        }
        Ipv6 own = outbound
                ? new Ipv6(packet.sourceHigh(), packet.sourceLow())
                : new Ipv6(packet.destinationHigh(), packet.destinationLow());
        Line line = line(direction);
        int sameAddress = line.byAddress.getOrDefault(address, 0);
        if (line.size() >= limits.packets
                || sameAddress >= limits.packetsPerAddress
                || line.byInstance.getOrDefault(own, 0) >= limits.packetsPerInstance
                || (sameAddress == 0 && !unknownAddresses.ask(address))) {
            return Drop.TOO_MANY_WAITING;
        }
        byte[] bytes = new byte[length];
        memory.get(offset, bytes);
        line.add(new Waiting(address, own, new Released(bytes, peer == null ? null : peer.copy()), nowNs));
        counters.add(Count.WAITED_PACKETS, 1);
        return null;
    }

    /** Once a turn, with the table of the turn: finds out who need not wait any more. Costs nothing while nobody waits. */
    public void review(RouteTable table, long nowNs) {
        boolean answered = false;
        for (Ipv6 none = unknownAddresses.takeUnknown(); none != null; none = unknownAddresses.takeUnknown()) {
            unknownSinceNs.remove(none);
            unknownSinceNs.put(none, nowNs);
            answered = true;
        }
        forget(nowNs);
        boolean newTable = table != seen;
        seen = table;
        review(Direction.OUTBOUND, answered || newTable, table, nowNs); // each turn, so no iterator is made
        review(Direction.INBOUND, answered || newTable, table, nowNs);
    }

    private void review(Direction direction, boolean isNew, RouteTable table, long nowNs) {
        Line line = line(direction);
        if (!line.waiting.isEmpty()) {
            if (isNew || line.unsettled) {
                admit(direction, line, table, nowNs);
            }
            dropLate(direction, line, nowNs);
        }
    }

    /** A packet in the name of an instance of this worker, which need not wait. */
    void release(byte[] packet) {
        line(Direction.OUTBOUND).ready.add(new Released(packet, null));
    }

    /** @return the next packet that need not wait any more, or null; it is to be handled like one that just came */
    public @Nullable Released release(Direction direction) {
        return line(direction).ready.poll();
    }

    private void admit(Direction direction, Line line, RouteTable table, long nowNs) {
        line.unsettled = false;
        for (int left = line.waiting.size(); left > 0; left--) {
            Waiting packet = line.waiting.remove();
            Ipv6 address = packet.address;
            ServiceAddress service =
                    direction == Direction.OUTBOUND ? table.service(address.high(), address.low()) : null;
            boolean settled = service != null && (service.hasTargets() || nowNs - packet.sinceNs >= limits.settleNs);
            line.unsettled |= service != null && !settled;
            if (settled
                    || (service == null && table.instance(address.high(), address.low()) != null)
                    || unknownSinceNs.containsKey(address)) {
                line.count(packet);
                line.ready.add(packet.packet);
            } else {
                line.waiting.add(packet);
            }
        }
    }

    private void dropLate(Direction direction, Line line, long nowNs) {
        for (Waiting oldest = line.waiting.peek();
                oldest != null && nowNs - oldest.sinceNs >= limits.waitNs;
                oldest = line.waiting.peek()) {
            line.count(line.waiting.remove());
            counters.drop(direction, Drop.NO_ROUTE_IN_TIME);
        }
    }

    private void forget(long nowNs) {
        if (unknownSinceNs.isEmpty()) {
            return;
        }
        Iterator<Long> oldest = unknownSinceNs.values().iterator();
        while (oldest.hasNext()
                && (nowNs - oldest.next() >= limits.rememberNs || unknownSinceNs.size() > limits.packets)) {
            oldest.remove();
        }
    }

    private Line line(Direction direction) {
        return Objects.requireNonNull(lines.get(direction));
    }
}
