package io.xylem.allocator.domain;

import org.jspecify.annotations.Nullable;

/**
 * How far a pool has been given out. {@code lastFresh}: the last slot given in ascending order, null before the first.
 * {@code held} and {@code resting} count its slots, for messages and for the number of joined workers.
 */
public record Pool(@Nullable Slot lastFresh, long held, long resting) {
    static final Pool UNUSED = new Pool(null, 0, 0);
}
