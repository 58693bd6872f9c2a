package io.xylem.proxy.dataplane;

import java.io.IOException;

/** Waits until the device or the tunnel has something to read. */
@FunctionalInterface
public interface Readiness {
    int DEVICE = 1;
    int TUNNEL = 2;
    int BOTH = DEVICE | TUNNEL;

    /**
     * Returns when there is something to read, or after {@code timeoutMs}, whichever is first.
     *
     * @param timeoutMs 0 to ask only
     * @return which of them have something to read
     */
    int await(int timeoutMs) throws IOException;
}
