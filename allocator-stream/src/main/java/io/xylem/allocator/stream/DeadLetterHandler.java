package io.xylem.allocator.stream;

import io.xylem.schemas.RegistryFaults;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.errors.DeserializationExceptionHandler;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.LogAndContinueExceptionHandler;

/**
 * Bytes that can't be read go to the dead letters with their origin (KIP-1034), and the log goes on. A registry that
 * does not answer says nothing about the bytes: then the allocator stops at this record and comes back to it. Public
 * because Kafka Streams makes it.
 */
public final class DeadLetterHandler implements DeserializationExceptionHandler {
    private final LogAndContinueExceptionHandler deadLetters = new LogAndContinueExceptionHandler();

    @Override
    public void configure(Map<String, ?> configs) {
        deadLetters.configure(configs);
    }

    @Override
    public Response handleError(
            ErrorHandlerContext context, ConsumerRecord<byte[], byte[]> record, Exception exception) {
        return RegistryFaults.isNotOfTheRecord(exception)
                ? Response.fail()
                : deadLetters.handleError(context, record, exception);
    }
}
