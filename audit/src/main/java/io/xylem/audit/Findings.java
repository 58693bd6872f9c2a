package io.xylem.audit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The differences so far. Keeps the first of them; the rest only as a number. */
final class Findings {
    private static final int KEPT = 1_000;

    private final int partition;
    private final List<Difference> kept = new ArrayList<>();
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
        if (kept.size() < KEPT) {
            kept.add(new Difference(kind, realm, partition, offset, about, expected, found, where));
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
        return kept.stream()
                .sorted(Comparator.comparingLong(Difference::offset))
                .toList();
    }
}
