package io.xylem.proxy.dataplane;

import java.io.IOException;

/** Waits until the device or the tunnel has something to read. */
@FunctionalInterface
public interface Readiness {
    /** Returns when there is something to read, or after {@code timeoutMs}, whichever is first. */
    void await(int timeoutMs) throws IOException;
}
