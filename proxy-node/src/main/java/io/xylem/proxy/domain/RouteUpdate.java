package io.xylem.proxy.domain;

import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import java.util.List;

/**
 * What the route topic says of one service or one instance. The version is the offset of the deployment event that
 * caused it; of two updates of the same subject the one with the higher version holds.
 */
public sealed interface RouteUpdate {
    long version();

    /** About one replica. */
    sealed interface OfInstance extends RouteUpdate {
        InstanceName instance();
    }

    /** About the addresses that mean a service. */
    sealed interface OfService extends RouteUpdate {
        ServiceName service();
    }

    /** Where an instance is, whether or not it serves. */
    record InstanceAt(
            InstanceName instance,
            DualAddress instanceIp,
            DualAddress namespaceIp,
            String worker,
            Endpoint underlay,
            InstanceState state,
            long version)
            implements OfInstance {}

    record InstanceWithdrawn(InstanceName instance, long version) implements OfInstance {}

    record ServiceKnown(ServiceName service, List<ServiceIp> serviceIps, long version) implements OfService {
        public ServiceKnown {
            serviceIps = List.copyOf(serviceIps);
        }
    }

    record ServiceWithdrawn(ServiceName service, long version) implements OfService {}
}
