package io.xylem.publish;

/** It was not heard in time that every worker concerned has applied a change; it may still come. */
public final class NotAppliedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String realm;
    private final long version;

    NotAppliedException(String realm, long version, String message) {
        super(message);
        this.realm = realm;
        this.version = version;
    }

    public String realm() {
        return realm;
    }

    /** The change that is waited for: {@code GET /workers} of routing names the workers that lack it. */
    public long version() {
        return version;
    }
}
