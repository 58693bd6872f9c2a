package io.xylem.balancing;

import io.xylem.model.InstanceName;

/** What a worker knows of the others at this moment. Asked and changed by one thread. */
public interface Measurements {
    /** No answer of {@link #roundTripNs} yet. */
    long UNKNOWN = -1;

    /** The answer of {@link #roundTripNs} for a worker that was asked and does not answer. */
    long SILENT = Long.MAX_VALUE;

    /** The smoothed round trip over the tunnel to that worker, in nanoseconds; {@link #UNKNOWN} or {@link #SILENT}. */
    long roundTripNs(String worker);

    /** Another number after each change of an answer of {@link #roundTripNs}. */
    long roundTripVersion();

    /**
     * How many flows that instance has: what its worker reported of all clients, and what changed here since. After a
     * change {@link InstanceChooser#flowsChanged} is called.
     */
    long activeFlows(InstanceName instance);
}
