package io.xylem.allocator.domain;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A realm in plain collections: for tests, and for whoever replays a log without a disk. */
public final class InMemoryRealmStore implements RealmStore {
    private final String realm;
    private final Plans plans;
    private final Map<String, TreeTable<?>> tables = new HashMap<>();

    /** @param plan of a realm that has set nothing */
    public InMemoryRealmStore(String realm, AddressPlan plan) {
        this.realm = realm;
        this.plans = new Plans(plan);
        Tables.ALL.forEach(table -> tables.put(table.code(), new TreeTable<>()));
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
    @SuppressWarnings("unchecked") // a code stands for one type
    public <V> WriteTable<V> table(Tables.Table<V> table) {
        TreeTable<?> found = tables.get(table.code());
        if (found == null) {
            throw new IllegalArgumentException("no table has the code " + table.code());
        }
        return (TreeTable<V>) found;
    }

    /** Everything, by {@code code|key}. */
    public SortedMap<String, Object> contents() {
        SortedMap<String, Object> contents = new TreeMap<>();
        tables.forEach((code, table) -> table.entries.forEach((key, value) -> contents.put(code + "|" + key, value)));
        return contents;
    }

    private static final class TreeTable<V> implements WriteTable<V> {
        private final NavigableMap<String, V> entries = new TreeMap<>();

        @Override
        public @Nullable V get(String key) {
            return entries.get(key);
        }

        @Override
        public List<Map.Entry<String, V>> list(String prefix, String from, int limit) {
            List<Map.Entry<String, V>> found = new ArrayList<>();
            // Not as a stream: it would count the rest of the map first.
            for (Map.Entry<String, V> entry : entries.tailMap(from, true).entrySet()) {
                if (found.size() == limit || !entry.getKey().startsWith(prefix)) {
                    break;
                }
                found.add(Map.entry(entry.getKey(), entry.getValue()));
            }
            return found;
        }

        @Override
        public Map.@Nullable Entry<String, V> below(String prefix, String key) {
            Map.Entry<String, V> entry = entries.lowerEntry(key);
            return entry != null && entry.getKey().startsWith(prefix) ? entry : null;
        }

        @Override
        public void put(String key, V value) {
            entries.put(key, value);
        }

        @Override
        public void remove(String key) {
            entries.remove(key);
        }
    }
}
