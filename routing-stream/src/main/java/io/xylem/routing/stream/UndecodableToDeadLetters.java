package io.xylem.routing.stream;

import io.xylem.schemas.RegistryFaults;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;

/**
 * Bytes that can't be read become dead letters. A registry that does not answer says nothing about the bytes: then the
 * record stays where it is and is read again.
 */
public final class UndecodableToDeadLetters extends LogAndContinueExceptionHandler {
    @Override
    public Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
        return RegistryFaults.isNotOfTheRecord(exception)
                ? Response.fail()
                : super.handleError(context, record, exception);
    }
}
