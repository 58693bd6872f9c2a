package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Realm.S;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EventMemoryTest {
    private static final long DAY_MS = 86_400_000;

    private final Realm realm = new Realm(Realm.SMALL);

    @Test
    void theSameIdHasTheSameOutcomeAndChangesNothing() {
        Outcome first = realm.send("x", Realm.joined("w1"));
        Outcome refused = realm.send("y", Realm.registered(S, Realm.v4("RR", "1.2.3.4")));
        int facts = realm.facts.size();
        realm.passMs(DAY_MS - 100);
        assertThat(realm.send("x", Realm.joined("other"))).isEqualTo(first);
        assertThat(realm.send("y", Realm.registered(S))).isEqualTo(refused);
        assertThat(realm.facts).hasSize(facts);
    }

    @Test
    void aTopicThatIsReplayedBehindItselfChangesNothing() {
        RandomEvents random = new RandomEvents(RandomEvents.seed(getClass()));
        List<Event> events = new ArrayList<>();
        List<Outcome> outcomes = new ArrayList<>();
        while (events.size() < 3_000) {
            Event event = random.next(events.size());
            boolean isForgetful = event instanceof Event.RealmConfigured configured
                    && configured.settings().containsKey("event.memory.ms");
            if (!isForgetful) {
                realm.passMs(random.stepMs());
                outcomes.add(realm.send("id-" + events.size(), event));
                events.add(event);
            }
        }
        Object contents = ((InMemoryRealmStore) realm.store).contents();
        int facts = realm.facts.size();
        for (int i = 0; i < events.size(); i++) {
            assertThat(realm.send("id-" + i, events.get(i))).isEqualTo(outcomes.get(i));
        }
        assertThat(realm.facts).hasSize(facts);
        assertThat(((InMemoryRealmStore) realm.store).contents()).isEqualTo(contents);
    }

    @Test
    void afterADayTheIdIsForgotten() {
        realm.send("x", Realm.joined("w1"));
        realm.passMs(DAY_MS);
        assertThat(realm.send("x", Realm.joined("w2")).offset()).isEqualTo(1);
        for (int i = 0; i < 1_000; i++) {
            realm.send(new Event.WorkerLost("w1"));
        }
        assertThat(realm.send("x", Realm.joined("w3")).offset())
                .as("forgetting the first does not forget the second")
                .isEqualTo(1);
    }

    @Test
    void theMemoryIsBoundedByTheEventsOfADay() {
        for (int i = 0; i < 3_000; i++) {
            realm.send(new Event.WorkerLost("w1"));
            realm.passMs(DAY_MS / 100);
        }
        assertThat(realm.store.table(Tables.EVENTS).list("", 10_000)).hasSizeLessThan(300);
    }

    @Test
    void nothingIsGoneThroughWhileNothingCanBeForgotten() {
        for (int i = 0; i < 3_000; i++) {
            realm.send("early-" + i, new Event.WorkerLost("w1"));
        }
        assertThat(realm.facts)
                .filteredOn(Fact.MemorySwept.class::isInstance)
                .as("the first, to see how old the oldest is")
                .hasSize(1);
        realm.passMs(DAY_MS);
        for (int i = 0; i < 6_000; i++) {
            realm.send("late-" + i, new Event.WorkerLost("w1"));
        }
        assertThat(realm.store.table(Tables.EVENTS).list("early-", 1)).isEmpty();
        assertThat(realm.store.table(Tables.EVENTS).list("late-", 10_000)).hasSize(6_000);
    }

    @Test
    void withdrawalsThatNobodyConfirmsAreForgotten() {
        realm.withWorkers("w1").withService(S);
        for (int i = 0; i < 1_000; i++) {
            realm.schedule(S, i, "w1");
            realm.ok(Realm.removed(S, i));
            realm.passMs(60_000);
        }
        assertThat(realm.store.table(Tables.WITHDRAWALS).list("", 10_000)).hasSizeLessThan(200);
        assertThat(realm.store.table(Tables.SPANS).list("", 10_000)).hasSize(1);
    }

    @Test
    void anIdMustHaveASize() {
        for (String id : new String[] {"", "x".repeat(201)}) {
            assertThat(realm.send(id, Realm.joined("w1")).result().toString())
                    .contains("MALFORMED_EVENT")
                    .contains("allowed: 1 to 200");
        }
        assertThat(realm.facts).isEmpty();
    }
}
