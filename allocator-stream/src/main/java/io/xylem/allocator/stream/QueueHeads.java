package io.xylem.allocator.stream;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The first entries of queues, decoded. A queue is what one prefix ends at a {@code |} selects; its entries come at the
 * end and go at the beginning, and a scan of RocksDB would step over all those that went. So it is read in chunks, and
 * each entry once.
 */
final class QueueHeads {
    /** Entries of one scan. */
    private static final int CHUNK = 256;

    /** An entry added near the end of a known beginning makes it longer, up to this. */
    private static final int LONGEST = 4 * CHUNK;

    /** Reads the entries of the store whose keys are at least {@code from} and start with {@code prefix}. */
    interface Scan {
        List<Map.Entry<String, Object>> read(String prefix, String from, int limit);
    }

    /** All entries of the queue below {@code end}; all of them if that is null. */
    private static final class Head {
        private final TreeMap<String, Object> entries = new TreeMap<>();
        private @Nullable String end;

        Head(String prefix) {
            end = prefix;
        }

        void add(String key, Object value) {
            if (end != null && key.compareTo(end) >= 0) {
                return;
            }
            entries.put(key, value);
            if (entries.size() > LONGEST) {
                end = entries.pollLastEntry().getKey();
            }
        }

        void extend(String prefix, Scan scan) {
            String from = end;
            if (from == null) {
                return;
            }
            List<Map.Entry<String, Object>> found = scan.read(prefix, from, CHUNK);
            found.forEach(entry -> entries.put(entry.getKey(), entry.getValue()));
            end = found.size() < CHUNK ? null : found.getLast().getKey() + '\0';
        }
    }

    private final Map<String, Head> byPrefix = new HashMap<>();
    private final int limit;

    /** @param limit of queues */
    QueueHeads(int limit) {
        this.limit = limit;
    }

    /** The first entries of the queue, by full keys. */
    List<Map.Entry<String, Object>> first(String prefix, int count, Scan scan) {
        if (count > CHUNK) {
            return scan.read(prefix, prefix, count);
        }
        Head head = byPrefix.get(prefix);
        if (head == null) {
            if (byPrefix.size() >= limit) {
                byPrefix.clear();
            }
            head = new Head(prefix);
            byPrefix.put(prefix, head);
        }
        if (head.entries.size() < count) {
            head.extend(prefix, scan);
        }
        List<Map.Entry<String, Object>> first = new ArrayList<>(count);
        for (Map.Entry<String, Object> entry : head.entries.entrySet()) {
            if (first.size() == count) {
                break;
            }
            first.add(Map.entry(entry.getKey(), entry.getValue()));
        }
        return first;
    }

    /** @param table prefix of the table that the key is in */
    void added(String table, String key, Object value) {
        for (int end = table.length(); end > 0; end = key.indexOf('|', end) + 1) {
            Head head = byPrefix.get(key.substring(0, end));
            if (head != null) {
                head.add(key, value);
            }
        }
    }

    void removed(String table, String key) {
        for (int end = table.length(); end > 0; end = key.indexOf('|', end) + 1) {
            Head head = byPrefix.get(key.substring(0, end));
            if (head != null) {
                head.entries.remove(key);
            }
        }
    }
}
