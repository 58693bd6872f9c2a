package io.xylem.balancing;

/** A balancing policy that can't be used; the message says which, why, and what is allowed. */
public final class PolicyException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    PolicyException(String message) {
        super(message);
    }

    PolicyException(String message, Throwable cause) {
        super(message, cause);
    }
}
