package io.xylem.allocator.stream;

import io.xylem.allocator.domain.AddressPlan;
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
    private final String realm;
    private final AddressPlan plan;

    KeyValueRealmStore(KeyValueStore<String, byte[]> store, String realm, AddressPlan plan) {
        this.store = store;
        this.realm = realm;
        this.plan = plan;
    }

    @Override
    public String realm() {
        return realm;
    }

    @Override
    public AddressPlan plan() {
        return plan;
    }

    @Override
    public <V> WriteTable<V> table(Tables.Table<V> table) {
        return new StoredTable<>(store, realm + "|" + table.code() + "|", table.type());
    }

    private record StoredTable<V>(KeyValueStore<String, byte[]> store, String at, Class<V> type)
            implements WriteTable<V> {
        private static final StringSerializer KEYS = new StringSerializer();

        @Override
        public @Nullable V get(String key) {
            byte[] bytes = store.get(at + key);
            return bytes == null ? null : StoreFormat.read(bytes, type);
        }

        @Override
        public List<Map.Entry<String, V>> list(String prefix, int limit) {
            List<Map.Entry<String, V>> entries = new ArrayList<>();
            try (KeyValueIterator<String, byte[]> found = store.prefixScan(at + prefix, KEYS)) {
                while (entries.size() < limit && found.hasNext()) {
                    entries.add(entry(found.next()));
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
                        return entry(entry);
                    }
                }
            }
            return null;
        }

        @Override
        public void put(String key, V value) {
            store.put(at + key, StoreFormat.write(value));
        }

        @Override
        public void remove(String key) {
            store.delete(at + key);
        }

        private Map.Entry<String, V> entry(KeyValue<String, byte[]> entry) {
            return Map.entry(entry.key.substring(at.length()), StoreFormat.read(entry.value, type));
        }
    }
}
