package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.List;
import java.util.Optional;

/** What is known of one realm, to read. */
public interface RoutingView {
    /** Before anything is known. */
    long NOTHING = -1;

    /** The highest version that was applied: what is absent here is absent as of this version. */
    long version();

    Optional<Versioned<Allocated.Worker>> worker(String worker);

    Optional<Versioned<Allocated.Service>> service(ServiceName service);

    Optional<PlacedInstance> instance(InstanceName instance);

    List<Versioned<Allocated.Worker>> workers();

    /** Whose service IP or instance IP the address is, given as text. */
    Optional<ServiceName> serviceAt(String address);

    /** In the order of their numbers. */
    List<PlacedInstance> instancesOf(ServiceName service);

    /** The instances that the worker hosts, also while the worker itself is not known; in the order of their names. */
    List<PlacedInstance> instancesOn(String worker);
}
