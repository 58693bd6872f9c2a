package io.xylem.allocator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceName;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Random events against the naive allocator, every invariant after every event: one long life of a realm and many short ones,
 * because most settings can be had at the beginning only. {@code -Dseed= -Devents=}
 */
class ModelBasedTest {
    private static final int SHORT_LIFE = 500;

    private final Set<Rejection.Code> seen = EnumSet.noneOf(Rejection.Code.class);

    @Test
    void theAllocatorAnswersAsTheNaiveOne() {
        RandomEvents events = new RandomEvents(RandomEvents.seed(getClass()));
        int count = Integer.getInteger("events", 100_000);
        live(events, count / 4);
        for (int done = count / 4; done < count; done += SHORT_LIFE) {
            live(events, SHORT_LIFE);
        }
        assertThat(seen).as("the events meet the refusals").containsExactlyInAnyOrder(Rejection.Code.values());
    }

    private void live(RandomEvents events, int count) {
        Realm realm = new Realm(Realm.SMALL);
        Replica replica = new Replica(realm, Realm.SMALL);
        NaiveAllocator naive = new NaiveAllocator();
        for (int i = 0; i < count; i++) {
            realm.passMs(events.stepMs());
            Event event = events.next(i);
            Outcome outcome = realm.send(event);
            NaiveAllocator.Answer expected = naive.handle(event, realm.nowMs, i);
            String what = "offset " + i + ": " + event + " → " + outcome;
            switch (outcome.result()) {
                case Outcome.Accepted(var unchanged, var details) -> {
                    assertThat(expected.codes()).as(what).isEmpty();
                    assertThat(details).as(what).isEqualTo(expected.details());
                    assertThat(unchanged).as(what).isEqualTo(expected.unchanged());
                }
                case Outcome.Rejected(var rejection) -> {
                    assertThat(expected.codes()).as(what).contains(rejection.code());
                    seen.add(rejection.code());
                }
            }
            assertThat(placements(realm)).as(what).isEqualTo(naive.placements());
            Invariants.check(realm.store);
            if ((i + 1) % SHORT_LIFE == 0) {
                replica.check();
            }
        }
    }

    private static Map<InstanceName, String> placements(Realm realm) {
        return realm.store.table(Tables.INSTANCES).list("", SHORT_LIFE).stream()
                .map(Map.Entry::getValue)
                .collect(Collectors.toMap(
                        State.Instance::name,
                        instance -> instance.worker() + " " + instance.state() + " " + instance.weight()));
    }
}
