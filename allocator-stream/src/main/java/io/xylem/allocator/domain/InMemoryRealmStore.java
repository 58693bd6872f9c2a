package io.xylem.allocator.domain;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** A realm in plain collections. */
public final class InMemoryRealmStore implements RealmStore {
    private final String realm;
    private final Plans plans;
    private final Map<String, MemoryTable<?>> tables = new HashMap<>();
    private final Deque<Runnable> wayBack = new ArrayDeque<>();

    /** @param plan of a realm that has set nothing */
    public InMemoryRealmStore(String realm, AddressPlan plan) {
        this(realm, new Plans(plan), false);
    }

    /** @param notesChanges for {@link MemoryTable#takeChanges}; who asks for it takes them from time to time */
    public InMemoryRealmStore(String realm, Plans plans, boolean notesChanges) {
        this.realm = realm;
        this.plans = plans;
        Tables.ALL.forEach(
                table -> tables.put(table.code(), new MemoryTable<>(table.isGrouped(), notesChanges, wayBack)));
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
    public <V> MemoryTable<V> table(Tables.Table<V> table) {
        MemoryTable<?> found = tables.get(table.code());
        if (found == null) {
            throw new IllegalArgumentException("no table has the code " + table.code());
        }
        return (MemoryTable<V>) found;
    }

    @Override
    public void begin() {
        wayBack.clear();
    }

    @Override
    public void undo() {
        while (!wayBack.isEmpty()) {
            wayBack.pop().run();
        }
    }

    /** How many entries there are. */
    public int size() {
        int size = 0;
        for (MemoryTable<?> table : tables.values()) {
            size += table.size();
        }
        return size;
    }

    /** Everything, by {@code code|key}. */
    public SortedMap<String, Object> contents() {
        SortedMap<String, Object> contents = new TreeMap<>();
        tables.forEach((code, table) -> table.list("", Integer.MAX_VALUE)
                .forEach(entry -> contents.put(code + "|" + entry.getKey(), entry.getValue())));
        return contents;
    }
}
