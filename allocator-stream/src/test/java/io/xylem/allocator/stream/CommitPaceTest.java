package io.xylem.allocator.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CommitPaceTest {
    private static final long NOW = 1_700_000_000_000L;

    private final CommitPace pace = new CommitPace(10, 100);

    @Test
    void aFreshRecordIsCommittedAtOnceAndTheNextAfterTheShortestTime() {
        assertThat(pace.handled(NOW, NOW)).isZero();
        pace.committed(NOW);
        assertThat(pace.handled(NOW + 3, NOW + 2)).isEqualTo(7);
        assertThat(pace.handled(NOW + 10, NOW + 9)).isZero();
    }

    @Test
    void manyWaitAsLongAgainAsTheyHaveWaited() {
        pace.committed(NOW);
        handleMany(NOW, NOW);
        assertThat(pace.handled(NOW + 5, NOW - 35)).isEqualTo(35);
        assertThat(pace.handled(NOW + 50, NOW + 5)).isZero();
        pace.committed(NOW + 50);
        // There were many in the transaction before.
        assertThat(pace.handled(NOW + 51, NOW + 1)).isEqualTo(49);
        // No longer than Kafka Streams would wait.
        assertThat(pace.handled(NOW + 60, NOW - 100_000)).isEqualTo(90);
    }

    @Test
    void fewDoNotWaitForEachOther() {
        pace.committed(NOW);
        assertThat(pace.handled(NOW + 1, NOW - 1_000)).isEqualTo(9);
    }

    @Test
    void aClockThatIsAheadIsAFreshRecord() {
        pace.committed(NOW);
        handleMany(NOW, NOW);
        assertThat(pace.handled(NOW + 1, NOW + 60_000)).isEqualTo(9);
    }

    private void handleMany(long nowMs, long publishedMs) {
        for (int n = 0; n < 100; n++) {
            long _ = pace.handled(nowMs, publishedMs);
        }
    }
}
