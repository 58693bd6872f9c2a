package io.xylem.allocator.stream;

import io.xylem.schemas.RegistryFaults;
import org.apache.kafka.common.errors.ApplicationRecoverableException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.jspecify.annotations.Nullable;

/** Which faults pass when the thread begins anew at the record it had. */
final class Faults {
    private Faults() {}

    /**
     * Whether another thread, with a producer and a consumer of its own, can go on: also when the broker ended the
     * transaction or the membership of this one, e.g. because the machine was too slow to keep them. Kafka Streams takes
     * most of these for what they are, but not all that brokers answer since transactions have their second version.
     */
    static boolean healsInAnotherThread(@Nullable Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof FencedInstanceIdException) {
                return false; // two processes were given one name: another thread would only fence the other process
            }
            if (cause instanceof ApplicationRecoverableException
                    || cause instanceof InvalidTxnStateException
                    || cause instanceof TransactionAbortableException
                    || cause instanceof TransactionAbortedException
                    || cause instanceof OutOfOrderSequenceException) {
                return true;
            }
        }
        return RegistryFaults.passes(fault);
    }
}
