package io.xylem.proxy.domain;

import io.xylem.balancing.Site;
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

    /**
     * Where an instance is, whether or not it serves.
     *
     * @param workerLost it does not serve because its worker fell silent, not because it said so
     */
    record InstanceAt(
            InstanceName instance,
            DualAddress instanceIp,
            DualAddress namespaceIp,
            Host host,
            int weight,
            InstanceState state,
            long version,
            boolean workerLost)
            implements OfInstance {
        /** On a worker that nothing is said of but where it is, with the weight that all have. */
        public InstanceAt(
                InstanceName instance,
                DualAddress instanceIp,
                DualAddress namespaceIp,
                String worker,
                Endpoint underlay,
                InstanceState state,
                long version) {
            this(
                    instance,
                    instanceIp,
                    namespaceIp,
                    new Host(new Site(worker, null, null), underlay),
                    1,
                    state,
                    version,
                    false);
        }

        public String worker() {
            return host.worker();
        }

        public Endpoint underlay() {
            return host.underlay();
        }

        /** The same, of shared parts. */
        InstanceAt with(InstanceName sameInstance, Host sameHost) {
            return new InstanceAt(sameInstance, instanceIp, namespaceIp, sameHost, weight, state, version, workerLost);
        }
    }

    record InstanceWithdrawn(InstanceName instance, long version) implements OfInstance {}

    record ServiceKnown(ServiceName service, List<ServiceIp> serviceIps, long version) implements OfService {
        public ServiceKnown {
            serviceIps = List.copyOf(serviceIps);
        }
    }

    record ServiceWithdrawn(ServiceName service, long version) implements OfService {}
}
