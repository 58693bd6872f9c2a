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

    /** Who moved a packet, or lost it. */
    public enum Path {
        /** This process. */
        USER,
        /** The fast path. */
        KERNEL
    }

    /** The names are part of the metrics' contract: add, never rename. */
    public enum Count {
        /** To other workers. */
        SENT_PACKETS,
        SENT_BYTES,
        /** Of them, the packets that went as IP in IP; the others in UDP. A super-packet is one. */
        SENT_IP_IN_IP,
        /** To instances of this worker, from other workers and from here. */
        DELIVERED_PACKETS,
        DELIVERED_BYTES,
        /** Of those sent and delivered, the ones that the fast path moved. */
        CARRIED_PACKETS,
        /** Those that it saw and left to this process. */
        LEFT_PACKETS,
        /** Packets, a super-packet as one, that this process handled by a flow that it knew; the others began one. */
        FLOW_HITS,
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
    private final Map<Direction, AtomicLong> carriedPackets = zeros(Direction.class);
    private final Map<Direction, AtomicLong> carriedBytes = zeros(Direction.class);
    private final Map<Drop, AtomicLong> carriedOutboundDrops = zeros(Drop.class);
    private final Map<Drop, AtomicLong> carriedInboundDrops = zeros(Drop.class);

    /** By either path. */
    public long get(Count count) {
        long byThisProcess = cell(counts, count).get();
        return switch (count) {
            case SENT_PACKETS ->
                byThisProcess + cell(carriedPackets, Direction.OUTBOUND).get();
            case SENT_BYTES ->
                byThisProcess + cell(carriedBytes, Direction.OUTBOUND).get();
            case DELIVERED_PACKETS ->
                byThisProcess + cell(carriedPackets, Direction.INBOUND).get();
            case DELIVERED_BYTES ->
                byThisProcess + cell(carriedBytes, Direction.INBOUND).get();
            case CARRIED_PACKETS ->
                cell(carriedPackets, Direction.OUTBOUND).get()
                        + cell(carriedPackets, Direction.INBOUND).get();
            default -> byThisProcess;
        };
    }

    /** Those to other workers, or those to instances of this worker. */
    public long packets(Direction direction, Path path) {
        return moved(
                direction,
                path,
                carriedPackets,
                direction == Direction.OUTBOUND ? Count.SENT_PACKETS : Count.DELIVERED_PACKETS);
    }

    public long bytes(Direction direction, Path path) {
        return moved(
                direction,
                path,
                carriedBytes,
                direction == Direction.OUTBOUND ? Count.SENT_BYTES : Count.DELIVERED_BYTES);
    }

    private long moved(Direction direction, Path path, Map<Direction, AtomicLong> carried, Count own) {
        return switch (path) {
            case USER -> cell(counts, own).get();
            case KERNEL -> cell(carried, direction).get();
        };
    }

    /** By either path. */
    public long drops(Direction direction, Drop reason) {
        return drops(direction, Path.USER, reason) + drops(direction, Path.KERNEL, reason);
    }

    public long drops(Direction direction, Path path, Drop reason) {
        return cell(drops(direction, path), reason).get();
    }

    /** The fast path moved these. */
    public void carried(Direction direction, long packets, long bytes) {
        add(cell(carriedPackets, direction), packets);
        add(cell(carriedBytes, direction), bytes);
    }

    /** The fast path lost these. */
    public void carriedDrop(Direction direction, Drop reason, long packets) {
        add(cell(drops(direction, Path.KERNEL), reason), packets);
    }

    public void add(Count count, long amount) {
        add(cell(counts, count), amount);
    }

    public void drop(Direction direction, Drop reason) {
        drop(direction, reason, 1);
    }

    public void drop(Direction direction, Drop reason, long packets) {
        add(cell(drops(direction, Path.USER), reason), packets);
    }

    public void set(Count count, long value) {
        cell(counts, count).setRelease(value);
    }

    private Map<Drop, AtomicLong> drops(Direction direction, Path path) {
        boolean isOutbound = direction == Direction.OUTBOUND;
        return switch (path) {
            case USER -> isOutbound ? outboundDrops : inboundDrops;
            case KERNEL -> isOutbound ? carriedOutboundDrops : carriedInboundDrops;
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
