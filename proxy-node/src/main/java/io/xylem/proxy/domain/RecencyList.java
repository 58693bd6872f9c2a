package io.xylem.proxy.domain;

import java.util.stream.IntStream;

/**
 * Slots in the order of last use, linked through arrays that several lists share (a slot is in one list at a time). All
 * operations take constant time.
 */
final class RecencyList {
    static final int NONE = -1;

    private final int[] newer;
    private final int[] older;
    private int newest = NONE;
    private int oldest = NONE;

    RecencyList(int[] newer, int[] older) {
        this.newer = newer;
        this.older = older;
    }

    int oldest() {
        return oldest;
    }

    /** From the oldest on. */
    IntStream all() {
        return IntStream.iterate(oldest, slot -> slot != NONE, slot -> newer[slot]);
    }

    void add(int slot) {
        older[slot] = newest;
        newer[slot] = NONE;
        if (newest == NONE) {
            oldest = slot;
        } else {
            newer[newest] = slot;
        }
        newest = slot;
    }

    void remove(int slot) {
        if (newer[slot] == NONE) {
            newest = older[slot];
        } else {
            older[newer[slot]] = older[slot];
        }
        if (older[slot] == NONE) {
            oldest = newer[slot];
        } else {
            newer[older[slot]] = newer[slot];
        }
    }
}
