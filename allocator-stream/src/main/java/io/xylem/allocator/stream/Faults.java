package io.xylem.allocator.stream;

import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/** Which faults pass by themselves. */
final class Faults {
    private Faults() {}

    /** Whether a broker or registry may well answer the next time; Kafka and the registry client say it by type. */
    static boolean isTransient(@Nullable Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof RetriableException) {
                return true;
            }
        }
        return false;
    }
}
