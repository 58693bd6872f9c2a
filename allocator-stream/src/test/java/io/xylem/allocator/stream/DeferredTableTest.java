package io.xylem.allocator.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.allocator.domain.Slot;
import io.xylem.allocator.domain.State;
import io.xylem.allocator.domain.Tables;
import java.nio.file.Path;
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

@NullUnmarked // JUnit fills the fields
class DeferredTableTest {
    private static final State.Span ONE = new State.Span(Slot.parse("00000001"));
    private static final State.Span TWO = new State.Span(Slot.parse("00000002"));

    @TempDir
    private Path directory;

    private KeyValueStore<String, byte[]> store;
    private StoreTable<State.Span> below;
    private DeferredTable<State.Span> table;

    @BeforeEach
    void open() {
        store = Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore("test"), Serdes.String(), Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingDisabled()
                .build();
        store.init(
                new MockProcessorContext<Void, Void>(new Properties(), new TaskId(0, 0), directory.toFile())
                        .getStateStoreContext(),
                store);
        below = new StoreTable<>(store, "main", Tables.SPANS);
        table = new DeferredTable<>(below);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void aChangeIsSeenBeforeTheStoreIsToldOfIt() {
        below.putAll(List.of(below.entry("old", ONE)));
        table.put("new", TWO);
        table.remove("old");
        assertThat(table.get("new")).isEqualTo(TWO);
        assertThat(table.get("old")).isNull();
        assertThat(below.get("new")).isNull();
        assertThat(below.get("old")).isEqualTo(ONE);
        table.write();
        assertThat(below.get("new")).isEqualTo(TWO);
        assertThat(below.get("old")).isNull();
    }

    @Test
    void listsHaveEveryChange() {
        below.putAll(List.of(below.entry("a", ONE)));
        table.put("b", ONE);
        table.put("b", TWO);
        table.remove("a");
        table.put("c", ONE);
        assertThat(table.list("", 10)).isEqualTo(List.of(Map.entry("b", TWO), Map.entry("c", ONE)));
        table.put("bb", ONE);
        assertThat(table.below("", "c")).isEqualTo(Map.entry("bb", ONE));
    }
}
