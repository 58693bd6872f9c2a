package io.xylem.allocator.domain;

/** Leaves a decision early with its rejection. Caught in {@link Decider}; a user's mistake needs no stack trace. */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Rejection rejection;

    Refused(Rejection.Code code, String message) {
        super(message, null, false, false);
        this.rejection = new Rejection(code, message);
    }

    Rejection rejection() {
        return rejection;
    }
}
