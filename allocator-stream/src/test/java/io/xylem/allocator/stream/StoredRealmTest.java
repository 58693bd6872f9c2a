package io.xylem.allocator.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.allocator.domain.Allocator;
import io.xylem.allocator.domain.Plans;
import io.xylem.allocator.domain.RandomEvents;
import io.xylem.allocator.domain.Realm;
import io.xylem.allocator.domain.RealmStore;
import io.xylem.allocator.domain.RealmStoreContract;
import io.xylem.allocator.domain.State;
import io.xylem.allocator.domain.Tables;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real RocksDB. */
@NullUnmarked // JUnit fills the fields
class StoredRealmTest extends RealmStoreContract {
    @TempDir
    private Path directory;

    private final Map<String, StoredRealm> realms = new HashMap<>();

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
        return realms.computeIfAbsent(realm, name -> new StoredRealm(rocks, rocks, name, new Plans(plan())));
    }

    /** After any events and at any moment, what is read from RocksDB is what was in memory. */
    @Test
    void whatIsReadBackIsWhatWasThere() {
        RandomEvents events = new RandomEvents(RandomEvents.seed(getClass()));
        long nowMs = 1_700_000_000_000L;
        StoredRealm written = (StoredRealm) store("main");
        for (int i = 0; i < 3_000; i++) {
            nowMs += events.stepMs() + 1;
            Allocator.handle(written, "event-" + i, events.next(i), nowMs, i);
            if (i % 100 == 99) {
                written.write();
                StoredRealm read = new StoredRealm(rocks, rocks, "main", new Plans(plan()));
                for (Tables.Table<?> table : Tables.ALL) {
                    assertThat(askedFor(read.table(table).list("", 99_999)))
                            .as("table " + table.code())
                            .isEqualTo(askedFor(written.table(table).list("", 99_999)));
                }
            }
        }
    }

    /**
     * Without who holds an instance IP (IPv6): when its pool grows without end, nobody asks any more, and what memory had of it
     * until then is not read back.
     */
    private static <V> List<Map.Entry<String, V>> askedFor(List<Map.Entry<String, V>> entries) {
        return entries.stream()
                .filter(entry -> !entry.getKey().startsWith("v6-instance|")
                        || !(entry.getValue() instanceof State.Holding holding)
                        || holding.rest() != null)
                .toList();
    }

    /** An earlier version's store has an entry for each slot that is held; they go. */
    @Test
    void whatAnEarlierVersionKeptOfHeldSlotsGoes() {
        Realm realm = new Realm(store("main")).withWorkers("w1").withService(Realm.S);
        realm.schedule(Realm.S, 1, "w1");
        ((StoredRealm) realm.store).write();
        StoreTable<State.Holding> holdings = new StoreTable<>(rocks, "main", Tables.HOLDINGS);
        List<Map.Entry<String, State.Holding>> held =
                realm.store.table(Tables.HOLDINGS).list("", 99);
        assertThat(held).isNotEmpty();
        assertThat(holdings.list("", 99)).isEmpty();
        held.forEach(entry -> holdings.putAll(List.of(holdings.entry(entry.getKey(), entry.getValue()))));
        realms.clear();
        StoredRealm read = (StoredRealm) store("main");
        assertThat(read.table(Tables.HOLDINGS).list("", 99)).isEqualTo(held);
        read.write();
        assertThat(holdings.list("", 99)).isEmpty();
    }
}
