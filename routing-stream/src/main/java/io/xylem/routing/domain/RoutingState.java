package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;

/**
 * What is known of one realm, to write. Only {@link AllocationApplier} writes. A crash may keep any prefix of the writes
 * but never a later write without an earlier one.
 */
public interface RoutingState extends RoutingView {
    void putWorker(Versioned<Allocated.Worker> worker);

    void removeWorker(String worker);

    void putService(Versioned<Allocated.Service> service);

    void removeService(ServiceName service);

    void putInstance(PlacedInstance instance);

    void removeInstance(InstanceName instance);

    void advanceTo(long version);
}
