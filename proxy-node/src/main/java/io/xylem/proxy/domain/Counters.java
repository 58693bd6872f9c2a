package io.xylem.proxy.domain;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/** What happened to packets. One thread adds, any thread reads; a reader may see a number a moment late. */
public final class Counters {
    /** Seen from the instances of this worker. */
    public enum Direction {
        OUTBOUND,
        INBOUND
    }

    /** The names are part of the metrics' contract: add, never rename. */
    public enum Count {
        /** To other workers. */
        SENT_PACKETS,
        SENT_BYTES,
        /** To instances of this worker, from other workers and from here. */
        DELIVERED_PACKETS,
        DELIVERED_BYTES,
        /** Of those sent and delivered, the ones that the fast path moved. */
        CARRIED_PACKETS,
        /** Those that it saw and left to this process. */
        LEFT_PACKETS,
        /** Flows that an instance of this worker began. */
        FLOWS_OPENED,
        /** Flows that began elsewhere, or at another instance of this worker. */
        FLOWS_ACCEPTED,
        /** Of both, flows (with both ends here: of the sender) that the fast path opened by itself. */
        FLOWS_OPENED_AHEAD,
        /** Flows that an earlier process had given to the fast path. */
        FLOWS_ADOPTED,
        /** Flows of an earlier run of the proxy that go on. */
        FLOWS_RESTORED,
        /** Flows forgotten because nothing came for their time. */
        FLOWS_EXPIRED,
        /** Flows forgotten early because the table was full. */
        FLOWS_EVICTED,
        /** Flows forgotten because their ends changed or a newer flow took their place. */
        FLOWS_REPLACED,
        /** Packets that waited for the routes of an address that was not known here. */
        WAITED_PACKETS,
        /** Connections whose own end was reset because the instance at the other end is gone. */
        FLOWS_BROKEN,
        /** Connections whose remote end has moved, and which were asked there whether they live on. */
        ASKED_CONNECTIONS,
        /** Segments answered by a reset. */
        SENT_RESETS,
        /** Packets answered by an ICMP destination unreachable. */
        SENT_UNREACHABLES,
        /** Packets answered by an ICMP time exceeded. */
        SENT_TIME_EXCEEDED,
        /** Packets that would have been answered by one of these, had there not been so many. */
        SUPPRESSED_UNREACHABLES,
        /** Questions to other workers how far they are. */
        SENT_PROBES,
        /** Questions of other workers. */
        ANSWERED_PROBES,
        /** Super-packets of instances here that were cut for the tunnel. */
        CUT_SUPERPACKETS,
        /** Super-packets for instances here that were put together from the tunnel. */
        MERGED_SUPERPACKETS,
        /** How many flows there are; the only one that falls. */
        FLOWS
    }

    private final Map<Count, AtomicLong> counts = zeros(Count.class);
    private final Map<Drop, AtomicLong> outboundDrops = zeros(Drop.class);
    private final Map<Drop, AtomicLong> inboundDrops = zeros(Drop.class);

    public long get(Count count) {
        return cell(counts, count).get();
    }

    public long drops(Direction direction, Drop reason) {
        return cell(drops(direction), reason).get();
    }

    public void add(Count count, long amount) {
        add(cell(counts, count), amount);
    }

    public void drop(Direction direction, Drop reason) {
        drop(direction, reason, 1);
    }

    public void drop(Direction direction, Drop reason, long packets) {
        add(cell(drops(direction), reason), packets);
    }

    public void set(Count count, long value) {
        cell(counts, count).setRelease(value);
    }

    private Map<Drop, AtomicLong> drops(Direction direction) {
        return switch (direction) {
            case OUTBOUND -> outboundDrops;
            case INBOUND -> inboundDrops;
        };
    }

    /** A single writer needs no atomic addition, which would cost a locked instruction for every packet. */
    private static void add(AtomicLong cell, long amount) {
        cell.setRelease(cell.getPlain() + amount);
    }

    private static <E extends Enum<E>> AtomicLong cell(Map<E, AtomicLong> cells, E name) {
        return Objects.requireNonNull(cells.get(name));
    }

    private static <E extends Enum<E>> Map<E, AtomicLong> zeros(Class<E> names) {
        Map<E, AtomicLong> cells = new EnumMap<>(names);
        for (E name : names.getEnumConstants()) {
            cells.put(name, new AtomicLong());
        }
        return cells;
    }
}
