package io.xylem.allocator.domain;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Random events against the naive allocator, every invariant after every event. {@code -Dseed= -Devents=} */
class ModelBasedTest {
    @Test
    void theAllocatorAnswersAsTheNaiveOne() {
        RandomEvents events = new RandomEvents(RandomEvents.seed(getClass()));
        int count = Integer.getInteger("events", 100_000);
        Realm realm = new Realm(Realm.SMALL);
        NaiveAllocator naive = new NaiveAllocator();
        Set<Rejection.Code> seen = EnumSet.noneOf(Rejection.Code.class);
        for (int i = 0; i < count; i++) {
            realm.passMs(events.stepMs());
            Event event = events.next(i);
            Outcome outcome = realm.send(event);
            NaiveAllocator.Answer expected = naive.handle(event, realm.nowMs, i);
            assertThat(answer(outcome))
                    .as("offset " + i + ": " + event + " → " + outcome)
                    .isEqualTo(expected);
            Invariants.check(realm.store);
            if (expected.code() != null) {
                seen.add(expected.code());
            }
        }
        assertThat(seen)
                .as("the events meet the refusals")
                .contains(
                        Rejection.Code.UNKNOWN_WORKER,
                        Rejection.Code.UNKNOWN_SERVICE,
                        Rejection.Code.UNKNOWN_INSTANCE,
                        Rejection.Code.ADDRESS_OUT_OF_RANGE,
                        Rejection.Code.ADDRESS_TAKEN,
                        Rejection.Code.POOL_EXHAUSTED,
                        Rejection.Code.WORKER_FULL,
                        Rejection.Code.WORKER_POOL_EXHAUSTED,
                        Rejection.Code.SERVICE_HAS_INSTANCES,
                        Rejection.Code.CONFLICTING_REDEFINITION,
                        Rejection.Code.INSTANCE_NUMBER_REUSED,
                        Rejection.Code.INSTANCE_IS_DRAINING,
                        Rejection.Code.INSTANCE_ELSEWHERE);
    }

    private static NaiveAllocator.Answer answer(Outcome outcome) {
        return switch (outcome.result()) {
            case Outcome.Accepted(var unchanged, var details) -> new NaiveAllocator.Answer(unchanged, details, null);
            case Outcome.Rejected(var rejection) -> new NaiveAllocator.Answer(false, null, rejection.code());
        };
    }
}
