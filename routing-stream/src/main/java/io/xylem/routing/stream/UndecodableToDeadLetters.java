package io.xylem.routing.stream;

import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;
import org.jspecify.annotations.Nullable;

/**
 * Bytes that can't be read become dead letters. A registry that does not answer says nothing about the bytes: then the
 * record stays where it is and is read again.
 */
public final class UndecodableToDeadLetters extends LogAndContinueExceptionHandler {
    @Override
    public Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
        return isTransient(exception) ? Response.fail() : super.handleError(context, record, exception);
    }

    /** Looks through the causes, because Confluent's serdes wrap what their client threw. */
    static boolean isTransient(Throwable exception) {
        for (@Nullable Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof RetriableException
                    || cause instanceof SocketException
                    || cause instanceof InterruptedIOException
                    || cause instanceof UnknownHostException) {
                return true;
            }
        }
        return false;
    }
}
