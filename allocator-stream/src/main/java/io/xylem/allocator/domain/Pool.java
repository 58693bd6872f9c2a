package io.xylem.allocator.domain;

import org.jspecify.annotations.Nullable;

/**
 * How far a pool has been given out. {@code lastFresh}: the last slot given in ascending order, null before the first.
 * {@code held} and {@code resting} count its slots, for messages and for the number of joined workers;
 * {@code runs} those of requested slots that lie ahead: where there are none, nobody needs to look for them.
 */
public record Pool(@Nullable Slot lastFresh, long held, long resting, long runs) {
    static final Pool UNUSED = new Pool(null, 0, 0, 0);

    Pool counting(int more, int moreResting) {
        return new Pool(lastFresh, held + more, resting + moreResting, runs);
    }
}
