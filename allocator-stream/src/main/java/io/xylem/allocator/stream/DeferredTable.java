package io.xylem.allocator.stream;

import io.xylem.allocator.domain.WriteTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.streams.KeyValue;
import org.jspecify.annotations.Nullable;

/** A table of the store that is told of its changes together: at a commit, or before a list is read. */
final class DeferredTable<V> implements WriteTable<V> {
    private final StoreTable<V> below;
    /** Empty: removed. */
    private Map<String, Optional<V>> changes = new LinkedHashMap<>();

    DeferredTable(StoreTable<V> below) {
        this.below = below;
    }

    @Override
    public @Nullable V get(String key) {
        Optional<V> changed = changes.get(key);
        return changed == null ? below.get(key) : changed.orElse(null);
    }

    @Override
    public List<Map.Entry<String, V>> list(String prefix, String from, int limit) {
        write();
        return below.list(prefix, from, limit);
    }

    @Override
    public Map.@Nullable Entry<String, V> below(String prefix, String key) {
        write();
        return below.below(prefix, key);
    }

    @Override
    public void put(String key, V value) {
        changes.put(key, Optional.of(value));
    }

    @Override
    public void remove(String key) {
        changes.put(key, Optional.empty());
    }

    void write() {
        List<KeyValue<String, byte[]>> entries = new ArrayList<>(changes.size());
        changes.forEach((key, value) -> entries.add(below.entry(key, value.orElse(null))));
        below.putAll(entries);
        // Not cleared: that would go through the room of the largest transaction there was, in each one after it.
        changes = new LinkedHashMap<>();
    }
}
