package io.xylem.schemas;

import org.apache.kafka.common.errors.RetriableException;

/**
 * No schema registry answered. It says nothing about the record: who reads must stop or try again, and never take the
 * record for a malformed one.
 */
public final class RegistryUnavailableException extends RetriableException {
    RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
