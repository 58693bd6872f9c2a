package io.xylem.allocator.stream;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a task knows of its own store without asking it: decoded values, and where queues begin. Everything is written
 * through and can be lost at any time. Each task has its own and makes it anew when it starts, so nothing of an aborted
 * transaction outlives it. By full keys; one thread.
 */
final class StoreCache {
    private final Map<String, Object> values;

    /** By prefix: no key of the prefix is below this one. Saves a scan over the tombstones of what left the queue. */
    private final Map<String, String> heads = new HashMap<>();

    private final int headLimit;

    /** @param limit of values, and of heads */
    StoreCache(int limit) {
        headLimit = limit;
        values = new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Object> eldest) {
                return size() > limit;
            }
        };
    }

    @Nullable
    Object value(String key) {
        return values.get(key);
    }

    void keep(String key, Object value) {
        values.put(key, value);
    }

    void forget(String key) {
        values.remove(key);
    }

    /** Where a scan of the prefix may begin. */
    String head(String prefix) {
        return heads.getOrDefault(prefix, prefix);
    }

    void headFound(String prefix, String key) {
        if (heads.size() >= headLimit) {
            heads.clear();
        }
        heads.put(prefix, key);
    }

    /** @param table prefix of the table that the key is in */
    void queued(String table, String key) {
        int end = table.length();
        while (end > 0) {
            heads.computeIfPresent(key.substring(0, end), (prefix, head) -> key.compareTo(head) < 0 ? key : head);
            end = key.indexOf('|', end) + 1;
        }
    }
}
