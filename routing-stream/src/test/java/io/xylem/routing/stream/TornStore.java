package io.xylem.routing.stream;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** A store that keeps the first writes and loses all after them: what a crash leaves of a changelog. */
final class TornStore implements KeyValueStore<String, byte[]> {
    private final TreeMap<String, byte[]> kept = new TreeMap<>();
    private final TreeMap<String, byte[]> marked = new TreeMap<>();
    private final List<KeyValue<String, byte[]>> writes = new ArrayList<>();
    private int writesToKeep = Integer.MAX_VALUE;

    void keep(int writes) {
        writesToKeep = writes;
    }

    void keepAll() {
        keep(Integer.MAX_VALUE);
    }

    /** From here on the writes are remembered, for {@link #tear}. */
    void mark() {
        marked.clear();
        marked.putAll(kept);
        writes.clear();
    }

    int writesSinceMark() {
        return writes.size();
    }

    /** Goes back to the mark and does only the first of the writes since then. */
    void tear(int first) {
        List<KeyValue<String, byte[]>> done = List.copyOf(writes.subList(0, first));
        kept.clear();
        kept.putAll(marked);
        writes.clear();
        done.forEach(write -> put(write.key, write.value));
    }

    /** Goes back to the mark, and some keys have their last value all the same: what a crash leaves of a cache. */
    void tearAny(Random random) {
        TreeMap<String, byte[]> last = new TreeMap<>(kept);
        TreeSet<String> keys = new TreeSet<>();
        writes.forEach(write -> keys.add(write.key));
        tear(0);
        for (String key : keys) {
            if (random.nextBoolean()) {
                put(key, last.get(key));
            }
        }
    }

    /** For comparing: two stores are the same when these are equal. */
    List<String> dump() {
        return kept.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + HexFormat.of().formatHex(entry.getValue()))
                .toList();
    }

    @Override
    public void put(String key, byte @Nullable [] value) {
        if (writesToKeep-- > 0) {
            writes.add(new KeyValue<>(key, value));
            if (value == null) {
                kept.remove(key);
            } else {
                kept.put(key, value);
            }
        }
    }

    @Override
    public byte @Nullable [] delete(String key) {
        byte[] before = get(key);
        put(key, null);
        return before;
    }

    @Override
    public byte @Nullable [] get(String key) {
        return kept.get(key);
    }

    @Override
    public KeyValueIterator<String, byte[]> range(String from, String to) {
        var entries = List.copyOf(kept.subMap(from, true, to, true).entrySet()).iterator();
        return new KeyValueIterator<>() {
            @Override
            public void close() {}

            @Override
            public String peekNextKey() {
                throw new UnsupportedOperationException();
            }

            @Override
            public boolean hasNext() {
                return entries.hasNext();
            }

            @Override
            public KeyValue<String, byte[]> next() {
                var entry = entries.next();
                return KeyValue.pair(entry.getKey(), entry.getValue());
            }
        };
    }

    @Override
    public byte @Nullable [] putIfAbsent(String key, byte[] value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void putAll(List<KeyValue<String, byte[]>> entries) {
        throw new UnsupportedOperationException();
    }

    @Override
    public KeyValueIterator<String, byte[]> all() {
        throw new UnsupportedOperationException();
    }

    @Override
    public long approximateNumEntries() {
        return kept.size();
    }

    @Override
    public String name() {
        return "torn";
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {}

    @Override
    public void close() {}

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return true;
    }
}
