package io.xylem.routing.stream;

import io.xylem.routing.domain.Patience;
import java.time.Duration;

/**
 * When a worker counts as lost.
 *
 * @param timeout without a word from it, in the log's time
 * @param grace so much longer, if most workers fell quiet together
 * @param tick how often that is looked at
 */
public record Beat(Duration timeout, Duration grace, Duration tick) {
    /** A silent worker's routes are withdrawn within 3 s; a proxy finds a partition's next leader well within the grace. */
    public static final Beat DEFAULT =
            new Beat(Duration.ofMillis(2_000), Duration.ofMillis(15_000), Duration.ofMillis(500));

    public Beat {
        if (!tick.isPositive() || timeout.compareTo(tick) < 0) {
            throw new IllegalArgumentException("a worker is lost after a time of at least one tick, not after "
                    + timeout.toMillis() + " ms with a tick every " + tick.toMillis() + " ms");
        }
        if (grace.isNegative()) {
            throw new IllegalArgumentException("a grace is a time or none, not " + grace.toMillis() + " ms");
        }
    }

    /** Ticks more than three apart say that the broker or routing was away, and not the workers. */
    Patience patience() {
        return new Patience(
                timeout.toMillis(), grace.toMillis(), tick.multipliedBy(3).toMillis());
    }
}
