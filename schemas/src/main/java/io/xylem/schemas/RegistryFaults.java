package io.xylem.schemas;

import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import javax.net.ssl.SSLException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * What the fault of a serde says, whoever wrote it. Ours says it by type; Confluent's wraps what its client threw, so the
 * causes are looked through.
 */
public final class RegistryFaults {
    private RegistryFaults() {}

    /** Whether a broker or registry that was asked may well answer the next time. */
    public static boolean passes(@Nullable Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof RetriableException
                    || cause instanceof SocketException
                    || cause instanceof InterruptedIOException
                    || cause instanceof UnknownHostException) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether it says nothing about the record that could not be read: nobody answered, or whoever did turned us away.
     * Such a record must stay where it is and is no dead letter.
     */
    public static boolean isNotOfTheRecord(@Nullable Throwable fault) {
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof AuthenticationException
                    || cause instanceof AuthorizationException
                    || cause instanceof SSLException) {
                return true;
            }
        }
        return passes(fault);
    }
}
