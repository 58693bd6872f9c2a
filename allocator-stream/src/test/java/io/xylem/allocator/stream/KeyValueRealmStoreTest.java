package io.xylem.allocator.stream;

import io.xylem.allocator.domain.Plans;
import io.xylem.allocator.domain.RealmStore;
import io.xylem.allocator.domain.RealmStoreContract;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real RocksDB. */
@NullUnmarked // JUnit fills the fields
class KeyValueRealmStoreTest extends RealmStoreContract {
    @TempDir
    private Path directory;

    /** So small that it loses most of what it is told. */
    private final StoreCache cache = new StoreCache(3);

    private KeyValueStore<String, byte[]> rocks;

    @BeforeEach
    void open() {
        MockProcessorContext<Void, Void> context =
                new MockProcessorContext<>(new Properties(), new TaskId(0, 0), directory.toFile());
        rocks = Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("test"), Serdes.String(), Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingDisabled()
                .build();
        rocks.init(context.getStateStoreContext(), rocks);
    }

    @AfterEach
    void close() {
        rocks.close();
    }

    @Override
    protected RealmStore store(String realm) {
        return new KeyValueRealmStore(rocks, rocks, cache, realm, new Plans(plan()));
    }
}
