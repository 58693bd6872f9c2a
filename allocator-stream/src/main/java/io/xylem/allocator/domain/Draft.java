package io.xylem.allocator.domain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A decision in the making: the facts so far, and the state as it will be after them. The state underneath stays as it
 * is. A decision that allocates twice from one pool sees its own first allocation here, because facts are applied here
 * by the same {@link Applier} that applies them for good.
 */
final class Draft implements RealmStore {
    private final RealmView base;
    private final AddressPlan plan;
    private final Map<String, Overlay<?>> overlays = new LinkedHashMap<>();
    private final List<Fact> facts = new ArrayList<>();

    Draft(RealmView base) {
        this.base = base;
        this.plan = base.plan();
    }

    void add(Fact fact) {
        Applier.apply(this, fact);
        facts.add(fact);
    }

    /** Writes the state after all facts: each entry that changed once, however many facts changed it. */
    void writeTo(RealmStore store) {
        overlays.values().forEach(overlay -> overlay.writeTo(store));
    }

    List<Fact> facts() {
        return facts;
    }

    @Override
    public String realm() {
        return base.realm();
    }

    @Override
    public AddressPlan plan() {
        return plan;
    }

    @Override
    @SuppressWarnings("unchecked") // a code stands for one type
    public <V> WriteTable<V> table(Tables.Table<V> table) {
        return (Overlay<V>) overlays.computeIfAbsent(table.code(), code -> new Overlay<>(table, base.table(table)));
    }

    private static final class Overlay<V> implements WriteTable<V> {
        private final Tables.Table<V> table;
        private final ReadTable<V> under;
        /** Empty: removed. */
        private final NavigableMap<String, Optional<V>> changes = new TreeMap<>();

        Overlay(Tables.Table<V> table, ReadTable<V> under) {
            this.table = table;
            this.under = under;
        }

        @Override
        public @Nullable V get(String key) {
            Optional<V> change = changes.get(key);
            return change == null ? under.get(key) : change.orElse(null);
        }

        void writeTo(RealmStore store) {
            if (changes.isEmpty()) {
                return;
            }
            WriteTable<V> target = store.table(table);
            changes.forEach(
                    (key, change) -> change.ifPresentOrElse(value -> target.put(key, value), () -> target.remove(key)));
        }

        @Override
        public List<Map.Entry<String, V>> list(String prefix, String from, int limit) {
            Map<String, Optional<V>> changed = new TreeMap<>();
            changes.tailMap(from, true).entrySet().stream()
                    .takeWhile(change -> change.getKey().startsWith(prefix))
                    .forEach(change -> changed.put(change.getKey(), change.getValue()));
            // Each change can hide at most one entry from below.
            Stream<Map.Entry<String, V>> kept = under.list(prefix, from, limit + changed.size()).stream()
                    .filter(entry -> !changed.containsKey(entry.getKey()));
            Stream<Map.Entry<String, V>> added = changed.entrySet().stream()
                    .flatMap(change -> change.getValue().stream().map(value -> Map.entry(change.getKey(), value)));
            return Stream.concat(kept, added)
                    .sorted(Map.Entry.comparingByKey())
                    .limit(limit)
                    .toList();
        }

        @Override
        public Map.@Nullable Entry<String, V> below(String prefix, String key) {
            Map.Entry<String, V> lower = under.below(prefix, key);
            while (lower != null && changes.containsKey(lower.getKey())) {
                lower = under.below(prefix, lower.getKey());
            }
            Map.Entry<String, Optional<V>> change = changes.lowerEntry(key);
            while (change != null && change.getValue().isEmpty()) {
                change = changes.lowerEntry(change.getKey());
            }
            boolean changeIsLast = change != null
                    && change.getKey().startsWith(prefix)
                    && (lower == null || change.getKey().compareTo(lower.getKey()) > 0);
            return changeIsLast ? Map.entry(change.getKey(), change.getValue().orElseThrow()) : lower;
        }

        @Override
        public void put(String key, V value) {
            changes.put(key, Optional.of(value));
        }

        @Override
        public void remove(String key) {
            changes.put(key, Optional.empty());
        }
    }
}
