package io.xylem.allocator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The state is its facts: applied to an empty state in another place they give the same one. */
class ReplayTest {
    @Test
    void factsIntoAnEmptyStateEqualTheStoreAtEveryStep() {
        RandomEvents events = new RandomEvents(RandomEvents.seed(getClass()));
        Realm realm = new Realm(Realm.SMALL);
        InMemoryRealmStore replayed = new InMemoryRealmStore("main", realm.store.plan());
        int applied = 0;
        for (int i = 0; i < 2_000; i++) {
            realm.passMs(events.stepMs());
            realm.send(events.next(i));
            for (; applied < realm.facts.size(); applied++) {
                Applier.apply(replayed, realm.facts.get(applied));
            }
            assertThat(replayed.contents()).isEqualTo(((InMemoryRealmStore) realm.store).contents());
        }
    }

    @Test
    void aDecisionChangesNothingAndIsTheSameTwice() {
        RandomEvents events = new RandomEvents(RandomEvents.seed(getClass()));
        Realm realm = new Realm(Realm.SMALL);
        InMemoryRealmStore store = (InMemoryRealmStore) realm.store;
        for (int i = 0; i < 2_000; i++) {
            realm.passMs(events.stepMs());
            Event event = events.next(i);
            Object before = store.contents();
            Decision first = Decider.decide(store, event, realm.nowMs, i);
            assertThat(Decider.decide(store, event, realm.nowMs, i)).isEqualTo(first);
            assertThat(store.contents()).isEqualTo(before);
            realm.send(event);
        }
    }
}
