package io.xylem.schemas;

import org.apache.kafka.common.errors.SerializationException;

/** The schema registry said no. The message says what was asked, and the registry's reason. */
public final class RegistryException extends SerializationException {
    public static final int NO_SUCH_SUBJECT = 40401;
    public static final int NO_SUCH_SCHEMA = 40403;
    public static final int NO_SUBJECT_CONFIG = 40408;
    public static final int INCOMPATIBLE = 409;

    private final int errorCode;

    RegistryException(String message, int errorCode) {
        super(message);
        this.errorCode = errorCode;
    }

    /** The REST API's {@code error_code}; the HTTP status where it sent none. */
    public int errorCode() {
        return errorCode;
    }
}
