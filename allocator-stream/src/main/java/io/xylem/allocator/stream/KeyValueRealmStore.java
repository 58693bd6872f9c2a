package io.xylem.allocator.stream;

import io.xylem.allocator.domain.AddressPlan;
import io.xylem.allocator.domain.Plans;
import io.xylem.allocator.domain.RealmStore;
import io.xylem.allocator.domain.Tables;
import io.xylem.allocator.domain.WriteTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * One realm in the stores of its partition. The key is {@code realm|table|key}: a realm is one range of the store, a table
 * one of the realm. The keys of tables: {@link Tables}; the values: {@link StoreFormat}.
 *
 * @param entries ordered; nearly everything
 * @param counts what nearly every event changes ({@link Tables.Use#COUNT}), by key alone
 * @param cache of both
 */
record KeyValueRealmStore(
        KeyValueStore<String, byte[]> entries,
        KeyValueStore<String, byte[]> counts,
        StoreCache cache,
        String realm,
        Plans plans)
        implements RealmStore {
    private static final StringSerializer KEYS = new StringSerializer();

    @Override
    public AddressPlan plan() {
        return plans.of(table(Tables.SETTINGS).get(Tables.REALM));
    }

    @Override
    public <V> WriteTable<V> table(Tables.Table<V> table) {
        return new StoredTable<>(
                table.use() == Tables.Use.COUNT ? counts : entries, cache, realm + "|" + table.code() + "|", table);
    }

    private record StoredTable<V>(
            KeyValueStore<String, byte[]> store, StoreCache cache, String at, Tables.Table<V> table)
            implements WriteTable<V> {
        @Override
        public @Nullable V get(String key) {
            return table.type().cast(isKept() ? cache.value(at + key, this::stored) : stored(at + key));
        }

        private @Nullable V stored(String full) {
            byte[] bytes = store.get(full);
            return bytes == null ? null : read(bytes);
        }

        @Override
        public List<Map.Entry<String, V>> list(String prefix, String from, int limit) {
            List<Map.Entry<String, Object>> found = isQueue() && from.equals(prefix)
                    ? cache.heads().first(at + prefix, limit, this::scan)
                    : scan(at + prefix, at + from, limit);
            List<Map.Entry<String, V>> entries = new ArrayList<>(found.size());
            for (Map.Entry<String, Object> entry : found) {
                entries.add(Map.entry(
                        entry.getKey().substring(at.length()), table.type().cast(entry.getValue())));
            }
            return entries;
        }

        private List<Map.Entry<String, Object>> scan(String prefix, String from, int limit) {
            List<Map.Entry<String, Object>> entries = new ArrayList<>();
            try (KeyValueIterator<String, byte[]> found =
                    from.equals(prefix) ? store.prefixScan(prefix, KEYS) : store.range(from, null)) {
                while (entries.size() < limit && found.hasNext()) {
                    KeyValue<String, byte[]> entry = found.next();
                    if (!entry.key.startsWith(prefix)) {
                        break;
                    }
                    entries.add(Map.entry(entry.key, read(entry.value)));
                }
            }
            return entries;
        }

        @Override
        public Map.@Nullable Entry<String, V> below(String prefix, String key) {
            // The range includes its upper end.
            try (KeyValueIterator<String, byte[]> found = store.reverseRange(at + prefix, at + key)) {
                while (found.hasNext()) {
                    KeyValue<String, byte[]> entry = found.next();
                    if (!entry.key.equals(at + key)) {
                        return Map.entry(entry.key.substring(at.length()), read(entry.value));
                    }
                }
            }
            return null;
        }

        @Override
        public void put(String key, V value) {
            String full = at + key;
            store.put(full, StoreFormat.write(value));
            if (isKept()) {
                cache.keep(full, value);
            } else if (isQueue()) {
                cache.heads().added(at, full, value);
            }
        }

        @Override
        public void remove(String key) {
            String full = at + key;
            store.delete(full);
            if (isKept()) {
                cache.keepAbsent(full);
            } else if (isQueue()) {
                cache.heads().removed(at, full);
            }
        }

        private boolean isKept() {
            return table.use() == Tables.Use.OFTEN || table.use() == Tables.Use.COUNT;
        }

        private boolean isQueue() {
            return table.use() == Tables.Use.QUEUE;
        }

        private V read(byte[] bytes) {
            return StoreFormat.read(bytes, table.type());
        }
    }
}
