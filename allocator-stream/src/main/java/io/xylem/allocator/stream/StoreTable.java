package io.xylem.allocator.stream;

import io.xylem.allocator.domain.ReadTable;
import io.xylem.allocator.domain.Tables;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * A table in RocksDB. A full key is {@code realm|table|key}: a realm is one range of the store, a table one of the realm.
 * The keys: {@link Tables}; the values: {@link StoreFormat}.
 *
 * @param at what its keys begin with
 */
record StoreTable<V>(KeyValueStore<String, byte[]> store, String at, Class<V> type) implements ReadTable<V> {
    private static final StringSerializer KEYS = new StringSerializer();

    StoreTable(KeyValueStore<String, byte[]> store, String realm, Tables.Table<V> table) {
        this(store, realm + "|" + table.code() + "|", table.type());
    }

    @Override
    public @Nullable V get(String key) {
        byte[] bytes = store.get(at + key);
        return bytes == null ? null : read(bytes);
    }

    @Override
    public List<Map.Entry<String, V>> list(String prefix, String from, int limit) {
        String start = at + prefix;
        List<Map.Entry<String, V>> entries = new ArrayList<>();
        try (KeyValueIterator<String, byte[]> found =
                from.equals(prefix) ? store.prefixScan(start, KEYS) : store.range(at + from, null)) {
            while (entries.size() < limit && found.hasNext()) {
                KeyValue<String, byte[]> entry = found.next();
                if (!entry.key.startsWith(start)) {
                    break;
                }
                entries.add(Map.entry(entry.key.substring(at.length()), read(entry.value)));
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

    /** For {@link #putAll}; null takes the entry away. */
    KeyValue<String, byte[]> entry(String key, @Nullable V value) {
        return KeyValue.pair(at + key, value == null ? null : StoreFormat.write(value));
    }

    /** Many cost less together. */
    void putAll(List<KeyValue<String, byte[]>> entries) {
        if (!entries.isEmpty()) {
            store.putAll(entries);
        }
    }

    private V read(byte[] bytes) {
        return StoreFormat.read(bytes, type);
    }
}
