package io.xylem.audit;

import java.util.ArrayDeque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The records of one topic's partition, with a look ahead. */
final class Feed<T> {
    private final Iterator<T> records;
    private final ArrayDeque<T> seen = new ArrayDeque<>();

    Feed(Iterator<T> records) {
        this.records = records;
    }

    /** The next record, which stays the next; null at the end. */
    @Nullable
    T peek() {
        return ahead(1) ? seen.peekFirst() : null;
    }

    @Nullable
    T take() {
        return ahead(1) ? seen.pollFirst() : null;
    }

    /** Up to {@code count} of the next records. */
    Iterable<T> next(int count) {
        ahead(count);
        return seen;
    }

    private boolean ahead(int count) {
        while (seen.size() < count && records.hasNext()) {
            seen.add(records.next());
        }
        return !seen.isEmpty();
    }
}
