package io.xylem.proxy.control;

import io.xylem.model.DualAddress;
import java.io.IOException;
import java.util.Collection;
import java.util.List;

/** How an instance is connected to this worker's network. Every call may be repeated. */
public interface Wiring {
    /** A port of the node that leads to one of an instance, in both families. */
    record Port(boolean isUdp, int ofNode, int ofInstance) {}

    /** An attached instance as the network outside the overlay sees it. */
    record Exposed(DualAddress namespaceIp, List<Port> ports) {}

    /** Whether there is such a network namespace now. */
    boolean exists(String netns);

    /** @throws IOException saying what is in the way */
    void attach(String netns, DualAddress namespaceIp) throws IOException;

    /** Removes all that {@link #attach} made, or what is left of it. */
    void detach(DualAddress namespaceIp) throws IOException;

    /** Whether nothing on the node itself listens there. */
    boolean isFree(Port port) throws IOException;

    /** Has exactly these ports lead to instances; what was there before, of an earlier process too, is gone. */
    void expose(Collection<Exposed> instances) throws IOException;
}
