package io.xylem.routing.stream;

import java.time.Duration;

/**
 * When a worker counts as lost.
 *
 * @param timeout without a word from it, in the log's time
 * @param tick how often that is looked at
 */
public record Beat(Duration timeout, Duration tick) {
    /** A silent worker's routes are withdrawn within 3 s. */
    public static final Beat DEFAULT = new Beat(Duration.ofMillis(2_000), Duration.ofMillis(500));

    public Beat {
        if (!tick.isPositive() || timeout.compareTo(tick) < 0) {
            throw new IllegalArgumentException("a worker is lost after a time of at least one tick, not after "
                    + timeout.toMillis() + " ms with a tick every " + tick.toMillis() + " ms");
        }
    }

    /** Ticks further apart say that the broker or routing was away, and not the workers. */
    Duration gap() {
        return tick.multipliedBy(3);
    }
}
