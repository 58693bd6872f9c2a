package io.xylem.allocator.domain;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A table in plain collections: hashed for single keys, which is nearly every question, and in order for lists. It notes how
 * each change is undone, and which entries a store below has to be told of.
 */
public final class MemoryTable<V> implements WriteTable<V> {
    /** Takes the entries that changed. */
    public interface Changes<V> {
        /**
         * @param value null: the entry is gone
         * @param wasThere whether there was one when it first changed
         */
        void accept(String key, @Nullable V value, boolean wasThere);
    }

    private static final class Entry<V> {
        private final String key;
        private @Nullable V value;
        /** Null: not since the changes were last taken. */
        private @Nullable Boolean wasThere;
        /** Its place in its group; among those without a group the complement of its place. */
        private int at;

        Entry(String key, V value) {
            this.key = key;
            this.value = value;
        }

        Map.Entry<String, V> toMapEntry() {
            V there = value;
            if (there == null) {
                throw new IllegalStateException("an entry without a value: " + key);
            }
            return Map.entry(key, there);
        }
    }

    private final Map<String, Entry<V>> entries = new HashMap<>();
    private final Order<V> order;
    private final List<Entry<V>> changed = new ArrayList<>();
    private final boolean notesChanges;
    private final Deque<Runnable> wayBack;

    /**
     * @param isGrouped as {@link Tables.Table}
     * @param notesChanges for {@link #takeChanges}
     * @param wayBack the steps, the last one first, that undo what was done
     */
    MemoryTable(boolean isGrouped, boolean notesChanges, Deque<Runnable> wayBack) {
        this.order = isGrouped ? new Groups<>() : new Sorted<>();
        this.notesChanges = notesChanges;
        this.wayBack = wayBack;
    }

    @Override
    public @Nullable V get(String key) {
        Entry<V> entry = entries.get(key);
        return entry == null ? null : entry.value;
    }

    @Override
    public List<Map.Entry<String, V>> list(String prefix, String from, int limit) {
        List<Map.Entry<String, V>> found = new ArrayList<>();
        // Not as a stream: it would count the rest of the map first.
        for (Entry<V> entry : order.from(prefix, from)) {
            if (found.size() == limit || !entry.key.startsWith(prefix)) {
                break;
            }
            found.add(entry.toMapEntry());
        }
        return found;
    }

    @Override
    public Map.@Nullable Entry<String, V> below(String prefix, String key) {
        Entry<V> found = order.below(prefix, key);
        return found != null && found.key.startsWith(prefix) ? found.toMapEntry() : null;
    }

    @Override
    public void put(String key, V value) {
        Entry<V> entry = entries.get(key);
        if (entry == null) {
            Entry<V> added = new Entry<>(key, value);
            add(added);
            change(added, false);
            wayBack.push(() -> drop(added));
        } else {
            V before = entry.value;
            entry.value = value;
            change(entry, true);
            wayBack.push(() -> entry.value = before);
        }
    }

    @Override
    public void remove(String key) {
        Entry<V> entry = entries.get(key);
        if (entry != null) {
            V before = entry.value;
            drop(entry);
            change(entry, true);
            wayBack.push(() -> {
                entry.value = before;
                add(entry);
            });
        }
    }

    int size() {
        return entries.size();
    }

    /** What has changed since the last time. An entry that came back is told of as gone, and then as new. */
    public void takeChanges(Changes<V> changes) {
        for (Entry<V> entry : changed) {
            changes.accept(entry.key, entry.value, Boolean.TRUE.equals(entry.wasThere));
            entry.wasThere = null;
        }
        changed.clear();
    }

    private void add(Entry<V> entry) {
        entries.put(entry.key, entry);
        order.add(entry);
    }

    private void drop(Entry<V> entry) {
        entry.value = null;
        entries.remove(entry.key);
        order.drop(entry);
    }

    private void change(Entry<V> entry, boolean wasThere) {
        if (notesChanges && entry.wasThere == null) {
            entry.wasThere = wasThere;
            changed.add(entry);
        }
    }

    /** The entries in the order of their keys. */
    private interface Order<V> {
        void add(Entry<V> entry);

        void drop(Entry<V> entry);

        /** At least those with the prefix whose keys are not below {@code from}. */
        Iterable<Entry<V>> from(String prefix, String from);

        /** The last one below {@code key}, if it has the prefix. */
        @Nullable
        Entry<V> below(String prefix, String key);
    }

    private static final class Sorted<V> implements Order<V> {
        private final NavigableMap<String, Entry<V>> sorted = new TreeMap<>();

        @Override
        public void add(Entry<V> entry) {
            sorted.put(entry.key, entry);
        }

        @Override
        public void drop(Entry<V> entry) {
            sorted.remove(entry.key);
        }

        @Override
        public Iterable<Entry<V>> from(String prefix, String from) {
            return sorted.tailMap(from, true).values();
        }

        @Override
        public @Nullable Entry<V> below(String prefix, String key) {
            Map.Entry<String, Entry<V>> found = sorted.lowerEntry(key);
            return found == null ? null : found.getValue();
        }
    }

    /**
     * Apart by the first part of the key when somebody asks, and then in order: entries come far more often, and a group's
     * list, unused for long, would have to come from memory for each of them.
     */
    private static final class Groups<V> implements Order<V> {
        private final Map<String, List<Entry<V>>> groups = new HashMap<>();
        private final List<Entry<V>> ungrouped = new ArrayList<>();

        @Override
        public void add(Entry<V> entry) {
            entry.at = ~ungrouped.size();
            ungrouped.add(entry);
        }

        @Override
        public void drop(Entry<V> entry) {
            if (entry.at < 0) {
                drop(entry, ~entry.at, ungrouped);
                return;
            }
            List<Entry<V>> group = groups.get(group(entry.key));
            if (group == null) {
                throw new IllegalStateException("no group has " + entry.key);
            }
            drop(entry, entry.at, group);
            if (group.isEmpty()) {
                groups.remove(group(entry.key));
            }
        }

        private static <V> void drop(Entry<V> entry, int place, List<Entry<V>> from) {
            Entry<V> last = from.removeLast();
            if (last != entry) {
                from.set(place, last);
                last.at = entry.at;
            }
        }

        private void group() {
            for (Entry<V> entry : ungrouped) {
                List<Entry<V>> group = groups.computeIfAbsent(group(entry.key), _ -> new ArrayList<>());
                entry.at = group.size();
                group.add(entry);
            }
            ungrouped.clear();
        }

        @Override
        public Iterable<Entry<V>> from(String prefix, String from) {
            return sorted(prefix, entry -> entry.key.compareTo(from) >= 0);
        }

        @Override
        public @Nullable Entry<V> below(String prefix, String key) {
            List<Entry<V>> found = sorted(prefix, entry -> entry.key.compareTo(key) < 0);
            return found.isEmpty() ? null : found.getLast();
        }

        private List<Entry<V>> sorted(String prefix, Predicate<Entry<V>> filter) {
            group();
            Collection<List<Entry<V>>> asked =
                    prefix.indexOf('|') < 0 ? groups.values() : List.of(groups.getOrDefault(group(prefix), List.of()));
            return asked.stream()
                    .flatMap(List::stream)
                    .filter(entry -> entry.key.startsWith(prefix))
                    .filter(filter)
                    .sorted(Comparator.comparing(entry -> entry.key))
                    .toList();
        }

        private static String group(String key) {
            return key.substring(0, key.indexOf('|') + 1);
        }
    }
}
