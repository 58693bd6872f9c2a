package io.xylem.schemas.json;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/** Ids for events that bring none. */
@FunctionalInterface
public interface IdSource {
    /** A text that no other event of the realm has. */
    String next();

    /** UUIDs of version 7 (RFC 9562): they sort by the time of their making, to the millisecond. */
    static IdSource uuidV7(InstantSource clock, RandomGenerator random) {
        return () -> {
            long high = clock.millis() << 16 | 0x7000L | random.nextInt(1 << 12);
            long low = 0b10L << 62 | random.nextLong() >>> 2;
            return new java.util.UUID(high, low).toString();
        };
    }
}
