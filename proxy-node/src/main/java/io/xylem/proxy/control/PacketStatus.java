package io.xylem.proxy.control;

import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Counters.Path;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.Fill;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What status says of packets:
 *
 * <pre>
 *  drops    direction → reason → packets
 *  packets  direction → path → packets, bytes, drops: reason → packets
 *  hits     flowTable, kernel → hits, misses, rate
 *  maps     table, entries, capacity
 * </pre>
 */
final class PacketStatus {
    private PacketStatus() {}

    static void addTo(Map<String, Object> status, Counters counters, List<Fill> fills) {
        Map<String, Long> counts = new LinkedHashMap<>();
        for (Count count : Count.values()) {
            counts.put(word(count), counters.get(count));
        }
        Map<String, Object> drops = new TreeMap<>();
        Map<String, Object> packets = new LinkedHashMap<>();
        for (Direction direction : Direction.values()) {
            Map<String, Object> paths = new LinkedHashMap<>();
            Map<String, Long> reasons = new TreeMap<>();
            for (Path path : Path.values()) {
                Map<String, Long> lost = drops(counters, direction, path);
                lost.forEach((reason, dropped) -> reasons.merge(reason, dropped, Long::sum));
                paths.put(
                        word(path),
                        new Moved(counters.packets(direction, path), counters.bytes(direction, path), lost));
            }
            drops.put(word(direction), reasons);
            packets.put(word(direction), paths);
        }
        status.put("counters", counts);
        status.put("drops", drops);
        status.put("packets", packets);
        status.put(
                "hits",
                Map.of(
                        "flowTable",
                                Hits.of(
                                        counters.get(Count.FLOW_HITS),
                                        counters.get(Count.FLOWS_OPENED) + counters.get(Count.FLOWS_ACCEPTED)),
                        "kernel", Hits.of(counters.get(Count.CARRIED_PACKETS), counters.get(Count.LEFT_PACKETS))));
        status.put("maps", fills);
    }

    record Moved(long packets, long bytes, Map<String, Long> drops) {}

    /** @param rate the share of hits; null before the first packet */
    record Hits(long hits, long misses, @Nullable Double rate) {
        static Hits of(long hits, long misses) {
            long all = hits + misses;
            return new Hits(hits, misses, all == 0 ? null : (double) hits / all);
        }
    }

    private static Map<String, Long> drops(Counters counters, Direction direction, Path path) {
        Map<String, Long> reasons = new TreeMap<>();
        for (Drop reason : Drop.values()) {
            long dropped = counters.drops(direction, path, reason);
            if (dropped > 0) {
                reasons.put(reason.name(), dropped);
            }
        }
        return reasons;
    }

    /** As it is in labels and fields. */
    static String word(Enum<?> name) {
        return name.name().toLowerCase(Locale.ROOT);
    }
}
