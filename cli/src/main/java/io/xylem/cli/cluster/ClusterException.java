package io.xylem.cli.cluster;

import java.io.IOException;

/** The cluster can't do what was asked. The message is for people: what was asked, what was found, what to do. */
public final class ClusterException extends IOException {
    private static final long serialVersionUID = 1L;

    public ClusterException(String message) {
        super(message);
    }

    ClusterException(String message, Throwable cause) {
        super(message, cause);
    }
}
