package io.xylem.routing.domain;

import io.xylem.model.InstanceName;

/**
 * An instance as it stands.
 *
 * @param version of its last allocation
 * @param placedSince the version from which it is where it is: the placement's own, or a lower bound of it when the log
 *     was compacted in between
 */
public record PlacedInstance(long version, long placedSince, Allocated.Instance instance) {
    public InstanceName name() {
        return instance.name();
    }

    public String worker() {
        return instance.worker();
    }
}
