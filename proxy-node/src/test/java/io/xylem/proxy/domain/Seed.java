package io.xylem.proxy.domain;

import java.util.Random;

/** Randomness that can be had again: {@code -Dseed=…} with the number that the failed run printed. */
public final class Seed {
    private Seed() {}

    public static Random random() {
        Long given = Long.getLong("seed");
        long seed = given == null ? System.nanoTime() : given;
        System.out.println("seed " + seed);
        return new Random(seed);
    }
}
