package io.xylem.audit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** The differences so far. Keeps those of the lowest offsets, whenever they are found; the rest only as a number. */
final class Findings {
    static final int KEPT = 1_000;

    /** @param number in the order in which they are found */
    private record Found(Difference difference, long number) {}

    private static final Comparator<Found> IN_ORDER = Comparator.<Found>comparingLong(
                    found -> found.difference().offset())
            .thenComparingLong(Found::number);

    private final int partition;
    /** The last in order first: it goes when there are too many. */
    private final PriorityQueue<Found> kept = new PriorityQueue<>(IN_ORDER.reversed());

    private long count;

    Findings(int partition) {
        this.partition = partition;
    }

    void add(
            Difference.Kind kind,
            String realm,
            long offset,
            String about,
            String expected,
            String found,
            String where) {
        count++;
        kept.add(new Found(new Difference(kind, realm, partition, offset, about, expected, found, where), count));
        if (kept.size() > KEPT) {
            kept.remove();
        }
    }

    /** {@code topic[partition]@position}. */
    String place(String topic, long position) {
        return topic + "[" + partition + "]@" + position;
    }

    long count() {
        return count;
    }

    /** In the order of the events. */
    List<Difference> inOrder() {
        List<Found> all = new ArrayList<>(kept);
        all.sort(IN_ORDER);
        return all.stream().map(Found::difference).toList();
    }
}
