package io.xylem.schemas;

import org.apache.kafka.common.errors.RetriableException;

/**
 * No schema registry gave an answer: it can't be reached, turns us away, or is not a registry. It says nothing about
 * the record: who reads must stop or try again, and never take the record for a malformed one.
 */
public final class RegistryUnavailableException extends RetriableException {
    RegistryUnavailableException(String message) {
        super(message);
    }
}
