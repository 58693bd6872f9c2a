package io.xylem.allocator.stream;

import io.xylem.allocator.domain.Plans;
import io.xylem.allocator.domain.RealmStore;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import org.jspecify.annotations.Nullable;

/**
 * The allocator's state: the realms of a partition in memory, over RocksDB with its changelog. Before each commit
 * Kafka Streams has it write what changed, as it does with its own caches: so a transaction's state is in the
 * transaction. What was not committed is dropped with the rest of memory. One thread.
 */
final class RealmStateStore implements StateStore, CachedStateStore<String, byte[]> {
    /** With some 400 bytes an entry a fifth of the heap; what is more is read again when it is needed. */
    private static final long MOST_ENTRIES = Runtime.getRuntime().maxMemory() >> 11;

    private final KeyValueStore<String, byte[]> entries;
    private final long mostEntries;
    /** The longest unused one first. */
    private final LinkedHashMap<String, StoredRealm> realms = new LinkedHashMap<>(16, 0.75f, true);
    /** Since the last commit. */
    private final Set<StoredRealm> used = new HashSet<>();
    /** Of the realms in memory, as of the last commit. */
    private long size;

    /** @param mostEntries in memory after a commit */
    RealmStateStore(KeyValueStore<String, byte[]> entries, long mostEntries) {
        this.entries = entries;
        this.mostEntries = mostEntries;
    }

    /** @param entries how the store below is built: RocksDB, without a cache of Streams */
    static StoreBuilder<RealmStateStore> builder(StoreBuilder<KeyValueStore<String, byte[]>> entries) {
        return new Builder(entries);
    }

    /** @param counts another store, of what nearly every event changes */
    RealmStore realm(String name, KeyValueStore<String, byte[]> counts, Plans plans) {
        StoredRealm realm = realms.computeIfAbsent(name, _ -> new StoredRealm(entries, counts, name, plans));
        used.add(realm);
        return realm;
    }

    /** What is below. */
    KeyValueStore<String, byte[]> entries() {
        return entries;
    }

    @Override
    public void flushCache() {
        for (StoredRealm realm : used) {
            size += realm.write();
        }
        used.clear();
        while (size > mostEntries && realms.size() > 1) {
            size -= realms.pollFirstEntry().getValue().writtenSize();
        }
    }

    @Override
    public void clearCache() {
        realms.clear();
        used.clear();
        size = 0;
    }

    @Override
    public boolean setFlushListener(CacheFlushListener<String, byte[]> listener, boolean sendOldValues) {
        return false;
    }

    @Override
    public String name() {
        return entries.name();
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        // After an aborted transaction the store begins anew, and what was known of it is void.
        clearCache();
        entries.init(context, root);
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        entries.commit(changelogOffsets);
    }

    @Override
    public @Nullable Long committedOffset(TopicPartition partition) {
        return entries.committedOffset(partition);
    }

    @Override
    @Deprecated // by Kafka Streams, which asks for it until every store manages its offsets
    public boolean managesOffsets() {
        return entries.managesOffsets();
    }

    @Override
    public Position getPosition() {
        return entries.getPosition();
    }

    @Override
    public void close() {
        clearCache();
        entries.close();
    }

    @Override
    public boolean persistent() {
        return entries.persistent();
    }

    @Override
    public boolean isOpen() {
        return entries.isOpen();
    }

    private record Builder(StoreBuilder<KeyValueStore<String, byte[]>> entries)
            implements StoreBuilder<RealmStateStore> {
        @Override
        public RealmStateStore build() {
            return new RealmStateStore(entries.build(), MOST_ENTRIES);
        }

        @Override
        public StoreBuilder<RealmStateStore> withCachingEnabled() {
            throw new UnsupportedOperationException("the store below stays without a cache: this is one");
        }

        @Override
        public StoreBuilder<RealmStateStore> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<RealmStateStore> withLoggingEnabled(Map<String, String> config) {
            return new Builder(entries.withLoggingEnabled(config));
        }

        @Override
        public StoreBuilder<RealmStateStore> withLoggingDisabled() {
            return new Builder(entries.withLoggingDisabled());
        }

        @Override
        public Map<String, String> logConfig() {
            return entries.logConfig();
        }

        @Override
        public boolean loggingEnabled() {
            return entries.loggingEnabled();
        }

        @Override
        public String name() {
            return entries.name();
        }
    }
}
