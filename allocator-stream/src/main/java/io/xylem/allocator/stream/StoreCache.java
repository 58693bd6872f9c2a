package io.xylem.allocator.stream;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a task knows of its own store without asking it: decoded values by full keys, and the beginnings of queues.
 * Everything is written through and can be lost at any time. Each task has its own and makes it anew when it starts, so
 * nothing of an aborted transaction outlives it. One thread.
 */
final class StoreCache {
    /** Kept for a key that the store does not have. */
    private static final Object ABSENT = new Object();

    private final Map<String, Object> values;
    private final QueueHeads heads;

    /** @param limit of values, and of queues */
    StoreCache(int limit) {
        heads = new QueueHeads(limit);
        values = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Object> eldest) {
                return size() > limit;
            }
        };
    }

    /** What is known, or else what {@code read} finds. */
    @Nullable
    Object value(String key, Function<String, @Nullable Object> read) {
        Object known = values.get(key);
        if (known == null) {
            known = Objects.requireNonNullElse(read.apply(key), ABSENT);
            values.put(key, known);
        }
        return known == ABSENT ? null : known;
    }

    void keep(String key, Object value) {
        values.put(key, value);
    }

    void keepAbsent(String key) {
        values.put(key, ABSENT);
    }

    QueueHeads heads() {
        return heads;
    }
}
