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
 * One realm in the store of its partition. The key is {@code realm|table|key}: a realm is one range of the store, a table
 * one of the realm, and one changelog carries them all. The keys of tables: {@link Tables}; the values: {@link StoreFormat}.
 */
final class KeyValueRealmStore implements RealmStore {
    private final KeyValueStore<String, byte[]> store;
    private final StoreCache cache;
    private final String realm;
    private final Plans plans;

    KeyValueRealmStore(KeyValueStore<String, byte[]> store, StoreCache cache, String realm, Plans plans) {
        this.store = store;
        this.cache = cache;
        this.realm = realm;
        this.plans = plans;
    }

    @Override
    public String realm() {
        return realm;
    }

    @Override
    public AddressPlan plan() {
        return plans.of(table(Tables.SETTINGS).get(Tables.REALM));
    }

    @Override
    public <V> WriteTable<V> table(Tables.Table<V> table) {
        return new StoredTable<>(store, cache, realm + "|" + table.code() + "|", table);
    }

    private record StoredTable<V>(
            KeyValueStore<String, byte[]> store, StoreCache cache, String at, Tables.Table<V> table)
            implements WriteTable<V> {
        private static final StringSerializer KEYS = new StringSerializer();

        @Override
        public @Nullable V get(String key) {
            String full = at + key;
            if (isKept()) {
                Object kept = cache.value(full);
                if (kept != null) {
                    return table.type().cast(kept);
                }
            }
            byte[] bytes = store.get(full);
            if (bytes == null) {
                return null;
            }
            V value = read(bytes);
            if (isKept()) {
                cache.keep(full, value);
            }
            return value;
        }

        @Override
        public List<Map.Entry<String, V>> list(String prefix, String from, int limit) {
            String start = at + from;
            boolean isFromHead = isQueue() && from.equals(prefix);
            if (isFromHead) {
                start = cache.head(start);
            }
            List<Map.Entry<String, V>> entries = new ArrayList<>();
            try (KeyValueIterator<String, byte[]> found =
                    start.equals(at + prefix) ? store.prefixScan(start, KEYS) : store.range(start, null)) {
                while (entries.size() < limit && found.hasNext()) {
                    KeyValue<String, byte[]> entry = found.next();
                    if (!entry.key.startsWith(at + prefix)) {
                        break;
                    }
                    entries.add(entry(entry));
                }
            }
            if (isFromHead && !entries.isEmpty()) {
                cache.headFound(at + prefix, at + entries.getFirst().getKey());
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
                        return entry(entry);
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
                cache.queued(at, full);
            }
        }

        @Override
        public void remove(String key) {
            store.delete(at + key);
            cache.forget(at + key);
        }

        private boolean isKept() {
            return table.use() == Tables.Use.OFTEN;
        }

        private boolean isQueue() {
            return table.use() == Tables.Use.QUEUE;
        }

        private Map.Entry<String, V> entry(KeyValue<String, byte[]> entry) {
            return Map.entry(entry.key.substring(at.length()), read(entry.value));
        }

        private V read(byte[] bytes) {
            return StoreFormat.read(bytes, table.type());
        }
    }
}
