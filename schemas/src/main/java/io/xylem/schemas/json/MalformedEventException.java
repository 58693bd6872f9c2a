package io.xylem.schemas.json;

/** A text that is not a deployment event. The message is for whoever wrote it: what was found, what is allowed. */
public final class MalformedEventException extends IllegalArgumentException {
    MalformedEventException(String message) {
        super(message);
    }

    MalformedEventException(String message, Throwable cause) {
        super(message, cause);
    }
}
