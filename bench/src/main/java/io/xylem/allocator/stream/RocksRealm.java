package io.xylem.allocator.stream;

import io.xylem.allocator.domain.AddressPlan;
import io.xylem.allocator.domain.Plans;
import io.xylem.allocator.domain.RealmSettings;
import io.xylem.allocator.domain.RealmStore;
import io.xylem.balancing.Policies;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * The allocator's own store on RocksDB, without Kafka around it. It stands in the allocator's package so that nothing
 * there must be public for a measurement's sake.
 */
public final class RocksRealm implements AutoCloseable {
    private final KeyValueStore<String, byte[]> rocks;
    private final StoredRealm store;

    /** @param dir of its files; exists */
    public RocksRealm(Path dir, String realm) {
        Properties config = new Properties();
        // Kafka Streams warns without it.
        config.put("processing.exception.handler.global.enabled", true);
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, StoreTuning.class);
        MockProcessorContext<Void, Void> context = new MockProcessorContext<>(config, new TaskId(0, 0), dir.toFile());
        rocks = Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(AllocatorTopology.STORE), Serdes.String(), Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingDisabled()
                .build();
        rocks.init(context.getStateStoreContext(), rocks);
        Plans plans = new Plans(new AddressPlan(RealmSettings.defaults(Policies.load())));
        store = new StoredRealm(rocks, rocks, realm, plans);
    }

    public RealmStore store() {
        return store;
    }

    /** Writes what changed, as before a commit. */
    public void write() {
        store.write();
    }

    @Override
    public void close() {
        rocks.close();
    }
}
