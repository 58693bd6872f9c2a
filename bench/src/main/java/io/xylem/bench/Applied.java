package io.xylem.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** When which worker went by which version. */
final class Applied {
    private static final long PATIENCE_NS = Duration.ofMinutes(3).toNanos();
    private static final long POLL_NS = 1_000_000;

    private final List<ConcurrentNavigableMap<Long, Long>> atNsByVersion;

    Applied(int workers) {
        atNsByVersion = IntStream.range(0, workers)
                .<ConcurrentNavigableMap<Long, Long>>mapToObj(_ -> new ConcurrentSkipListMap<>())
                .toList();
    }

    void add(int worker, long version, long atNs) {
        Long _ = atNsByVersion.get(worker).putIfAbsent(version, atNs);
    }

    /** What came before is of no interest any more. */
    void clear() {
        atNsByVersion.forEach(Map::clear);
    }

    /** When the last of these workers had the version. @throws IllegalStateException if that takes minutes */
    long awaitNs(long version, List<Integer> workers) {
        long deadlineNs = System.nanoTime() + PATIENCE_NS;
        long lastNs = Long.MIN_VALUE;
        for (int worker : workers) {
            NavigableMap<Long, Long> applied = atNsByVersion.get(worker);
            Map.Entry<Long, Long> entry = applied.ceilingEntry(version);
            while (entry == null) {
                if (System.nanoTime() - deadlineNs > 0) {
                    throw new IllegalStateException("worker " + worker + " has not applied version " + version
                            + "; its last one is " + applied.lastEntry());
                }
                LockSupport.parkNanos(POLL_NS);
                entry = applied.ceilingEntry(version);
            }
            lastNs = Math.max(lastNs, entry.getValue());
        }
        return lastNs;
    }
}
