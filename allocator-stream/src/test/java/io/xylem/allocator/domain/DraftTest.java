package io.xylem.allocator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A draft keeps the contract of a store, and can be undone. */
class DraftTest extends RealmStoreContract {
    private final Map<String, RealmStore> stores = new HashMap<>();

    @Override
    protected RealmStore store(String realm) {
        return stores.computeIfAbsent(realm, name -> new Draft(new InMemoryRealmStore(name, plan())));
    }

    @Test
    void undoneItWasNeverThere() {
        long seed = RandomEvents.seed(getClass());
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            InMemoryRealmStore base = new InMemoryRealmStore("main", plan());
            for (int i = 0; i < 8; i++) {
                change(random, base.table(Tables.SPANS));
            }
            Object before = base.contents();
            Draft draft = new Draft(base);
            for (int i = 0; i < 8; i++) {
                change(random, draft.table(Tables.SPANS));
            }
            draft.undo();
            assertThat(base.contents()).isEqualTo(before);
        }
    }

    private static void change(Random random, WriteTable<State.Span> table) {
        String key = (random.nextInt(4) == 0 ? "b" : "a") + random.nextInt(10);
        if (random.nextBoolean()) {
            table.remove(key);
        } else {
            table.put(key, new State.Span(Slot.of(random.nextInt(1_000))));
        }
    }
}
