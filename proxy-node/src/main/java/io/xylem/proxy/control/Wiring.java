package io.xylem.proxy.control;

import io.xylem.model.DualAddress;
import java.io.IOException;

/** How an instance is connected to this worker's network. Every call may be repeated. */
public interface Wiring {
    /** Whether there is such a network namespace now. */
    boolean exists(String netns);

    /** @throws IOException saying what is in the way */
    void attach(String netns, DualAddress namespaceIp) throws IOException;

    /** Removes all that {@link #attach} made, or what is left of it. */
    void detach(DualAddress namespaceIp) throws IOException;
}
