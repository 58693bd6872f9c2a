package io.xylem.routing.stream;

import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.LogAndContinueProcessingExceptionHandler;
import org.apache.kafka.streams.processor.api.Record;

/** Records that make no sense become dead letters. Any other exception is ours, and no record is skipped for it. */
public final class MalformedToDeadLetters extends LogAndContinueProcessingExceptionHandler {
    @Override
    public Response handleError(ErrorHandlerContext context, Record<?, ?> record, Exception exception) {
        return exception instanceof MalformedRecordException
                ? super.handleError(context, record, exception)
                : Response.fail();
    }
}
