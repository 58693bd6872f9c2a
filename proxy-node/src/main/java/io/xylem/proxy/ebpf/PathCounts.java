package io.xylem.proxy.ebpf;

import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.linux.BpfMap;

/** What the programs count, each processor for itself. */
final class PathCounts {
    private final BpfMap map;
    private final long[] told = new long[PathCount.values().length];

    PathCounts(BpfMap map) {
        this.map = map;
        for (PathCount count : PathCount.values()) {
            told[count.index] = total(count); // of an earlier process
        }
    }

    private long total(PathCount count) {
        map.key().putInt(0, count.index);
        long total = 0;
        if (map.get()) {
            for (int at = 0; at < map.value().capacity(); at += Long.BYTES) {
                total += map.value().getLong(at);
            }
        }
        return total;
    }

    /** Adds what is new to the counts of all packets. */
    void addTo(Counters counters) {
        counters.carried(Direction.OUTBOUND, fresh(PathCount.OUTBOUND_PACKETS), fresh(PathCount.OUTBOUND_BYTES));
        counters.carried(Direction.INBOUND, fresh(PathCount.INBOUND_PACKETS), fresh(PathCount.INBOUND_BYTES));
        counters.carried(Direction.INBOUND, fresh(PathCount.LOCAL_PACKETS), fresh(PathCount.LOCAL_BYTES));
        counters.add(Count.SENT_IP_IN_IP, fresh(PathCount.IP_IN_IP_PACKETS));
        counters.add(Count.FLOWS_OPENED_AHEAD, fresh(PathCount.OPENED_FLOWS));
        counters.add(Count.LEFT_PACKETS, fresh(PathCount.LEFT_PACKETS));
        counters.carriedDrop(Direction.OUTBOUND, Drop.TUNNEL_REFUSED, fresh(PathCount.OUTBOUND_LOST));
        counters.carriedDrop(Direction.INBOUND, Drop.DEVICE_REFUSED, fresh(PathCount.INBOUND_LOST));
    }

    private long fresh(PathCount count) {
        long total = total(count);
        long fresh = total - told[count.index];
        told[count.index] = total;
        return fresh;
    }
}
