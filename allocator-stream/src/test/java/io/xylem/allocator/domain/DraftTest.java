package io.xylem.allocator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A draft over a store keeps the contract of a store, and the store below stays as it is. */
class DraftTest extends RealmStoreContract {
    private final Map<String, RealmStore> stores = new HashMap<>();

    @Override
    protected RealmStore store(String realm) {
        return stores.computeIfAbsent(realm, name -> new Draft(new InMemoryRealmStore(name, plan())));
    }

    @Test
    void changesHideWhatIsBelow() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("DraftTest -Dseed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            InMemoryRealmStore base = new InMemoryRealmStore("main", plan());
            InMemoryRealmStore expected = new InMemoryRealmStore("main", plan());
            for (int i = 0; i < 8; i++) {
                change(random, base.table(Tables.SPANS), expected.table(Tables.SPANS), false);
            }
            Object before = base.contents();
            Draft draft = new Draft(base);
            for (int i = 0; i < 8; i++) {
                change(random, draft.table(Tables.SPANS), expected.table(Tables.SPANS), true);
                for (int limit : new int[] {1, 3, 99}) {
                    assertThat(draft.table(Tables.SPANS).list("a", limit))
                            .isEqualTo(expected.table(Tables.SPANS).list("a", limit));
                }
                for (int key = 0; key < 10; key++) {
                    assertThat(draft.table(Tables.SPANS).below("a", "a" + key))
                            .isEqualTo(expected.table(Tables.SPANS).below("a", "a" + key));
                    assertThat(draft.table(Tables.SPANS).get("a" + key))
                            .isEqualTo(expected.table(Tables.SPANS).get("a" + key));
                }
            }
            assertThat(base.contents()).isEqualTo(before);
        }
    }

    private static void change(
            Random random, WriteTable<State.Span> one, WriteTable<State.Span> other, boolean mayRemove) {
        String key = (random.nextInt(4) == 0 ? "b" : "a") + random.nextInt(10);
        if (mayRemove && random.nextBoolean()) {
            one.remove(key);
            other.remove(key);
        } else {
            State.Span span = new State.Span(Slot.of(random.nextInt(1_000)));
            one.put(key, span);
            other.put(key, span);
        }
    }
}
