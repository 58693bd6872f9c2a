package io.xylem.publish;

import org.apache.kafka.common.errors.RetriableException;

/**
 * No outcome was heard in time; whether the event is handled is not known. Publishing it again with the same id is
 * harmless and tells.
 */
public final class NoOutcomeException extends RetriableException {
    private static final long serialVersionUID = 1L;

    NoOutcomeException(String message) {
        super(message);
    }
}
