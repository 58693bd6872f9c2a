package io.xylem.allocator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualPrefix;
import io.xylem.model.Endpoint;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import io.xylem.model.Location;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/** What every store of a realm promises. */
public abstract class RealmStoreContract {
    /** Two stores of one process; those of different realms must not touch. */
    protected abstract RealmStore store(String realm);

    protected static AddressPlan plan() {
        return new AddressPlan(Realm.SMALL);
    }

    @Test
    void whatIsPutIsFoundUntilItIsRemoved() {
        WriteTable<Pool> pools = store("main").table(Tables.POOLS);
        assertThat(pools.get("v4")).isNull();
        pools.put("v4", new Pool(Slot.of(7), 3, 1, 2));
        pools.put("v6", new Pool(new Slot(-4L, -1L), 3, 1, 2));
        pools.put("empty", Pool.UNUSED);
        assertThat(pools.get("v4")).isEqualTo(new Pool(Slot.of(7), 3, 1, 2));
        assertThat(pools.get("v6")).isEqualTo(new Pool(new Slot(-4L, -1L), 3, 1, 2));
        assertThat(pools.get("empty")).isEqualTo(Pool.UNUSED);
        pools.put("v4", Pool.UNUSED);
        assertThat(pools.get("v4")).isEqualTo(Pool.UNUSED);
        pools.remove("v4");
        pools.remove("never there");
        assertThat(pools.get("v4")).isNull();
    }

    @Test
    void listsAreAscendingAndEndWithThePrefixAndTheLimit() {
        WriteTable<State.Span> spans = store("main").table(Tables.SPANS);
        for (int i : new int[] {30, 10, 20}) {
            spans.put("b|" + Slot.of(i), new State.Span(Slot.of(i)));
        }
        spans.put("a|" + Slot.of(99), new State.Span(Slot.of(1)));
        spans.put("bb|" + Slot.of(1), new State.Span(Slot.of(1)));
        spans.put("c|" + Slot.of(1), new State.Span(Slot.of(1)));
        assertThat(spans.list("b|", 99))
                .extracting(entry -> entry.getValue().last().low())
                .containsExactly(10L, 20L, 30L);
        assertThat(spans.list("b|", 2)).extracting(Map.Entry::getKey).containsExactly("b|0000000a", "b|00000014");
        assertThat(spans.list("d|", 2)).isEmpty();
        assertThat(spans.list("", 99)).hasSize(6);
        assertThat(spans.first("b|")).isEqualTo(Map.entry("b|0000000a", new State.Span(Slot.of(10))));
        assertThat(spans.first("ab|")).isNull();
    }

    @Test
    void belowIsTheLastBeforeAKeyWithinThePrefix() {
        WriteTable<State.Span> spans = store("main").table(Tables.SPANS);
        spans.put("a|" + Slot.of(1), new State.Span(Slot.of(1)));
        spans.put("b|" + Slot.of(10), new State.Span(Slot.of(10)));
        spans.put("b|" + Slot.of(20), new State.Span(Slot.of(20)));
        assertThat(below(spans, 10)).isEqualTo(-1);
        assertThat(below(spans, 11)).isEqualTo(10);
        assertThat(below(spans, 20)).isEqualTo(10);
        assertThat(below(spans, 21)).isEqualTo(20);
        assertThat(below(spans, Integer.MAX_VALUE)).isEqualTo(20);
    }

    @Test
    void aListCanBeginInTheMiddleOfItsPrefix() {
        WriteTable<State.Span> spans = store("main").table(Tables.SPANS);
        for (int i = 1; i <= 5; i++) {
            spans.put("b|" + Slot.of(i), new State.Span(Slot.of(i)));
        }
        spans.put("c|" + Slot.of(1), new State.Span(Slot.of(9)));
        assertThat(spans.list("b|", "b|" + Slot.of(3), 99))
                .extracting(entry -> entry.getValue().last().low())
                .containsExactly(3L, 4L, 5L);
        assertThat(spans.list("b|", "b|" + Slot.of(3) + '\0', 1))
                .extracting(Map.Entry::getKey)
                .containsExactly("b|00000004");
        assertThat(spans.list("b|", "b|" + Slot.of(6), 99)).isEmpty();
        assertThat(spans.list("", "b|" + Slot.of(5), 99)).hasSize(2);
    }

    /** Queues are read at their head, where what was removed may still lie about; and at times something comes in before it. */
    @Test
    void aQueueIsReadFromItsFirstEntryWhateverLeftIt() {
        WriteTable<State.Resting> queue = store("main").table(Tables.RESTING);
        for (int i = 10; i < 20; i++) {
            queue.put("v4|u|" + Slot.of(i), new State.Resting(Slot.of(i), i));
            queue.put("v4|c|" + Slot.of(i), new State.Resting(Slot.of(i), i));
        }
        for (int i = 10; i < 20; i++) {
            assertThat(queue.first("v4|u|"))
                    .isEqualTo(Map.entry("v4|u|" + Slot.of(i), new State.Resting(Slot.of(i), i)));
            queue.remove("v4|u|" + Slot.of(i));
        }
        assertThat(queue.first("v4|u|")).isNull();
        assertThat(queue.list("v4|", 99)).hasSize(10);
        queue.put("v4|u|" + Slot.of(5), new State.Resting(Slot.of(5), 5));
        assertThat(queue.first("v4|u|")).isEqualTo(Map.entry("v4|u|00000005", new State.Resting(Slot.of(5), 5)));
        queue.put("v4|u|" + Slot.of(3), new State.Resting(Slot.of(3), 3));
        assertThat(queue.list("v4|u|", 1)).extracting(Map.Entry::getKey).containsExactly("v4|u|00000003");
        assertThat(queue.list("v4|u|", "v4|u|" + Slot.of(4), 9)).hasSize(1);
        assertThat(queue.below("v4|u|", "v4|u|" + Slot.of(5)))
                .isEqualTo(Map.entry("v4|u|00000003", new State.Resting(Slot.of(3), 3)));
    }

    @Test
    void anyChangesGiveWhatASortedMapGives() {
        Random random = new Random(RandomEvents.seed(getClass()));
        RealmStore store = store("main");
        anyChanges(random, store.table(Tables.SPANS), n -> new State.Span(Slot.of(n)));
        anyChanges(random, store.table(Tables.RESTING), n -> new State.Resting(Slot.of(n), n));
        anyChanges(random, store.table(Tables.EVENTS), n -> remembered(n));
        anyChanges(random, store.table(Tables.HOLDINGS), n -> new State.Holding(Owner.worker("w" + n), null));
    }

    private static <V> void anyChanges(Random random, WriteTable<V> table, LongFunction<V> value) {
        NavigableMap<String, V> expected = new TreeMap<>();
        for (int i = 0; i < 2_000; i++) {
            String key = key(random);
            if (random.nextInt(5) < 2) {
                table.remove(key);
                expected.remove(key);
            } else {
                V put = value.apply(i);
                table.put(key, put);
                expected.put(key, put);
            }
            if (random.nextInt(4) > 0) {
                continue; // several changes lie between two questions
            }
            String asked = key(random);
            String prefix = asked.substring(0, random.nextInt(3) * 2);
            int limit = 1 + random.nextInt(8);
            assertThat(table.get(asked)).isEqualTo(expected.get(asked));
            assertThat(table.list(prefix, limit)).isEqualTo(list(expected, prefix, prefix, limit));
            assertThat(table.list(prefix, asked, limit)).isEqualTo(list(expected, prefix, asked, limit));
            Map.Entry<String, V> below = expected.lowerEntry(asked);
            assertThat(table.below(prefix, asked))
                    .isEqualTo(below != null && below.getKey().startsWith(prefix) ? below : null);
        }
    }

    /** Two levels of prefixes with few keys each; every level ends with the separator, as those of the tables do. */
    private static String key(Random random) {
        return "ab".charAt(random.nextInt(2)) + "|" + "cd".charAt(random.nextInt(2)) + "|"
                + Slot.of(random.nextInt(12));
    }

    private static <V> List<Map.Entry<String, V>> list(
            NavigableMap<String, V> entries, String prefix, String from, int limit) {
        return entries.tailMap(from, true).entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .limit(limit)
                .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static State.Remembered remembered(long n) {
        return new State.Remembered(
                n,
                () -> new Outcome(
                        "main",
                        "id|" + n + "\\",
                        n,
                        "WorkerLeft",
                        new Outcome.Accepted(false, new Details.OfWorker("w", null))));
    }

    private static long below(ReadTable<State.Span> spans, int number) {
        Map.Entry<String, State.Span> entry = spans.below("b|", "b|" + Slot.of(number));
        return entry == null ? -1 : entry.getValue().last().low();
    }

    @Test
    void tablesAndRealmsAreApart() {
        RealmStore main = store("main");
        RealmStore other = store("other");
        main.table(Tables.POOLS).put("x", new Pool(null, 1, 0, 0));
        main.table(Tables.SPANS).put("x", new State.Span(Slot.of(1)));
        other.table(Tables.POOLS).put("x", new Pool(null, 2, 0, 0));
        assertThat(main.table(Tables.POOLS).get("x")).isEqualTo(new Pool(null, 1, 0, 0));
        assertThat(main.table(Tables.HOLDINGS).get("x")).isNull();
        assertThat(main.table(Tables.POOLS).list("", 9)).hasSize(1);
        assertThat(other.table(Tables.POOLS).list("", 9)).hasSize(1);
        assertThat(main.realm()).isEqualTo("main");
    }

    @Test
    void everyKindOfValueComesBackEqual() {
        Realm realm = new Realm(store("main"));
        RealmStore copy = store("copy");
        realm.send(new Event.WorkerJoined("w0", "c", new Endpoint("fd12::9", 1), "eu-1", new Location(48.1, -11.6)));
        realm.withWorkers("w1", "w2").withService(Realm.S);
        realm.ok(Realm.registered("B.b.B.b", Realm.v4("RR", "10.30.0.9"), Realm.v6("closest", "fdff:1000::9")));
        realm.schedule(Realm.S, 1, "w1");
        realm.schedule(Realm.S, 2, "w1");
        realm.ok(Realm.removed(Realm.S, 1));
        realm.send(new Event.WorkerLeft("nobody"));
        realm.ok(new Event.InstanceScheduled(Realm.name(Realm.S, 2), "w1", 1_000));
        realm.ok(new Event.RealmConfigured(Map.of("rest.ms", "59000")));
        for (Tables.Table<?> table : Tables.ALL) {
            copy(realm.store, copy, table);
        }
        assertThat(new DualPrefix(Ipv4Prefix.parse("10.18.0.8/29"), Ipv6Prefix.parse("fc00::100/120")))
                .isEqualTo(Objects.requireNonNull(copy.table(Tables.WORKERS).get("w1"))
                        .subnet());
    }

    private static <V> void copy(RealmStore from, RealmStore to, Tables.Table<V> table) {
        List<Map.Entry<String, V>> entries = from.table(table).list("", 1_000);
        assertThat(entries).as("table " + table.code()).isNotEmpty();
        for (Map.Entry<String, V> entry : entries) {
            to.table(table).put(entry.getKey(), entry.getValue());
            assertThat(to.table(table).get(entry.getKey())).isEqualTo(entry.getValue());
        }
    }
}
