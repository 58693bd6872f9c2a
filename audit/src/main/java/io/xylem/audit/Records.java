package io.xylem.audit;

import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.Outcome;
import org.jspecify.annotations.Nullable;

/** What is held against the log: records as they lie in the topics, {@code position} being their own offset there. */
final class Records {
    private Records() {}

    /** @param outcome null: it can't be read */
    record OfOutcome(long position, long atMs, @Nullable Outcome outcome) {}

    /**
     * @param version null: the record does not say which event caused it
     * @param allocation null: takes back what the key names
     */
    record OfAllocation(
            long position,
            String key,
            @Nullable Long version,
            @Nullable Allocation allocation,
            boolean isReadable) {}

    /** @param events of the realm up to {@code offset} */
    record OfHash(long position, String realm, long offset, long events, String hash) {}
}
