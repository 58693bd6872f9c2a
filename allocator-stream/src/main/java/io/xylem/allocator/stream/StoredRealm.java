package io.xylem.allocator.stream;

import io.xylem.allocator.domain.AddressPlan;
import io.xylem.allocator.domain.Holders;
import io.xylem.allocator.domain.InMemoryRealmStore;
import io.xylem.allocator.domain.MemoryTable;
import io.xylem.allocator.domain.Plans;
import io.xylem.allocator.domain.RealmStore;
import io.xylem.allocator.domain.State;
import io.xylem.allocator.domain.Tables;
import io.xylem.allocator.domain.WriteTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * One realm: its tables in memory, and which of their entries RocksDB has not been told of yet. The remembered events stay
 * below, for a day of them has no bounds.
 */
final class StoredRealm implements RealmStore {
    /** More than any table has. */
    private static final int ALL = Integer.MAX_VALUE / 2;

    /** What nearly every event changes has a store of its own. */
    private static final Set<Tables.Table<?>> COUNTS = Set.of(Tables.POOLS, Tables.TALLY);

    private final InMemoryRealmStore memory;
    private final DeferredTable<State.Remembered> events;
    /** One a table. */
    private final List<Runnable> writers = new ArrayList<>();

    private int writtenSize;

    /**
     * Reads what there is.
     *
     * @param counts of the tables that nearly every event changes
     * @param entries of all others
     */
    StoredRealm(
            KeyValueStore<String, byte[]> entries, KeyValueStore<String, byte[]> counts, String realm, Plans plans) {
        memory = new InMemoryRealmStore(realm, plans, true);
        events = new DeferredTable<>(new StoreTable<>(entries, realm, Tables.EVENTS));
        writers.add(events::write);
        for (Tables.Table<?> table : Tables.ALL) {
            if (!table.equals(Tables.EVENTS)) {
                load(COUNTS.contains(table) ? counts : entries, table);
            }
        }
        Holders.enter(memory);
        memory.begin();
    }

    private <V> void load(KeyValueStore<String, byte[]> store, Tables.Table<V> table) {
        StoreTable<V> below = new StoreTable<>(store, memory.realm(), table);
        MemoryTable<V> above = memory.table(table);
        below.list("", ALL).forEach(entry -> above.put(entry.getKey(), entry.getValue()));
        List<KeyValue<String, byte[]>> keptByAnEarlierVersion = new ArrayList<>();
        above.takeChanges((key, value, _) -> {
            if (!isKept(value)) {
                keptByAnEarlierVersion.add(below.entry(key, null));
            }
        });
        below.putAll(keptByAnEarlierVersion);
        writers.add(() -> {
            List<KeyValue<String, byte[]>> changed = new ArrayList<>();
            above.takeChanges((key, value, wasThere) -> {
                if (value != null && isKept(value)) {
                    changed.add(below.entry(key, value));
                } else if (wasThere) {
                    changed.add(below.entry(key, null));
                }
            });
            below.putAll(changed);
        });
    }

    /** What is held follows from its holder. */
    private static boolean isKept(@Nullable Object value) {
        return !(value instanceof State.Holding holding && holding.rest() == null);
    }

    @Override
    public String realm() {
        return memory.realm();
    }

    @Override
    public AddressPlan plan() {
        return memory.plan();
    }

    @Override
    @SuppressWarnings("unchecked") // as the condition says
    public <V> WriteTable<V> table(Tables.Table<V> table) {
        return table.equals(Tables.EVENTS) ? (WriteTable<V>) events : memory.table(table);
    }

    @Override
    public void begin() {
        memory.begin();
    }

    /** What was remembered stays so. */
    @Override
    public void undo() {
        memory.undo();
    }

    /**
     * Tells RocksDB and its changelog each entry that changed once, however often it did.
     *
     * @return how many more entries there are in memory than the last time
     */
    int write() {
        writers.forEach(Runnable::run);
        int before = writtenSize;
        writtenSize = memory.size();
        return writtenSize - before;
    }

    /** How many entries there were in memory the last time. */
    int writtenSize() {
        return writtenSize;
    }
}
