package io.xylem.audit;

/** The log holds something that the audit can't follow yet, so it can say neither that all is well nor that it is not. */
public final class NotFollowedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotFollowedException(String message) {
        super(message);
    }
}
