package io.xylem.routing.stream;

/** The bytes can be read, and what they say makes no sense. The record is a dead letter; trying again is no use. */
final class MalformedRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MalformedRecordException(String message) {
        super(message);
    }

    MalformedRecordException(String message, Throwable cause) {
        super(message, cause);
    }
}
