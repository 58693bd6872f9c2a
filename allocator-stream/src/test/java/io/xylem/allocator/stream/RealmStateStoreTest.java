package io.xylem.allocator.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.allocator.domain.AddressPlan;
import io.xylem.allocator.domain.Plans;
import io.xylem.allocator.domain.RealmSettings;
import io.xylem.allocator.domain.RealmStore;
import io.xylem.allocator.domain.State;
import io.xylem.allocator.domain.StateHash;
import io.xylem.allocator.domain.Tables;
import io.xylem.balancing.Policies;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of the realms in memory reaches RocksDB, and when. */
@NullUnmarked // JUnit fills the fields
class RealmStateStoreTest {
    private final Plans plans = new Plans(new AddressPlan(RealmSettings.defaults(Policies.load())));

    @TempDir
    private Path directory;

    private StateStoreContext context;
    private RealmStateStore store;

    @BeforeEach
    void open() {
        context = new MockProcessorContext<Void, Void>(new Properties(), new TaskId(0, 0), directory.toFile())
                .getStateStoreContext();
        KeyValueStore<String, byte[]> entries = Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore("test"), Serdes.String(), Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingDisabled()
                .build();
        store = new RealmStateStore(entries, 3);
        store.init(context, store);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aCommitWritesAndAnAbortForgets() {
        count("main", 1);
        assertThat(written("main")).isNull();
        store.flushCache();
        assertThat(written("main")).isEqualTo(tally(1));
        count("main", 2);
        store.close();
        store.init(context, store);
        assertThat(realm("main").table(Tables.TALLY).get(Tables.REALM)).isEqualTo(tally(1));
        count("main", 3);
        store.clearCache();
        assertThat(realm("main").table(Tables.TALLY).get(Tables.REALM)).isEqualTo(tally(1));
    }

    @Test
    void realmsThatAreNotUsedLeaveMemoryAndComeBack() {
        for (int round = 1; round <= 3; round++) {
            for (String name : new String[] {"a", "b", "c", "d", "e"}) {
                count(name, round);
            }
            store.flushCache();
        }
        // Three of one entry each are as many as there may be, and the last ones used.
        RealmStore longestUnused = realm("c");
        RealmStore used = realm("a");
        count("d", 4);
        count("e", 4);
        store.flushCache();
        assertThat(realm("c")).isNotSameAs(longestUnused);
        assertThat(realm("a")).isSameAs(used);
        assertThat(realm("b").table(Tables.TALLY).get(Tables.REALM)).isEqualTo(tally(3));
        assertThat(realm("e").table(Tables.TALLY).get(Tables.REALM)).isEqualTo(tally(4));
    }

    private void count(String realm, long events) {
        realm(realm).table(Tables.TALLY).put(Tables.REALM, tally(events));
    }

    private RealmStore realm(String name) {
        return store.realm(name, store.entries(), plans);
    }

    private State.Tally written(String realm) {
        return new StoreTable<>(store.entries(), realm, Tables.TALLY).get(Tables.REALM);
    }

    private static State.Tally tally(long events) {
        return new State.Tally(events, StateHash.EMPTY, State.Sweep.NEVER);
    }
}
