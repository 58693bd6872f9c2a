package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.ServiceName;

/** What the proxies must learn. The newest version of an entity is what counts; who has a newer one ignores this. */
public sealed interface RouteChange {
    long version();

    default Entity entity() {
        return switch (this) {
            case ServiceRouted(var _, var service) -> service.entity();
            case ServiceWithdrawn(var _, ServiceName service) -> new Entity.OfService(service);
            case InstanceRouted(var _, var instance, var _) -> instance.entity();
            case InstanceWithdrawn(var _, InstanceName instance) -> new Entity.OfInstance(instance);
        };
    }

    /** Whose route it is, or one of whose instances. */
    default ServiceName ofService() {
        return entity().ofService().orElseThrow();
    }

    static RouteChange withdrawn(long version, Entity entity) {
        return switch (entity) {
            case Entity.OfInstance(InstanceName instance) -> new InstanceWithdrawn(version, instance);
            case Entity.OfService(ServiceName service) -> new ServiceWithdrawn(version, service);
            case Entity.OfWorker _ -> throw new IllegalArgumentException("there is no route of a worker: " + entity);
        };
    }

    default boolean isWithdrawal() {
        return this instanceof ServiceWithdrawn || this instanceof InstanceWithdrawn;
    }

    record ServiceRouted(long version, Allocated.Service service) implements RouteChange {}

    record ServiceWithdrawn(long version, ServiceName service) implements RouteChange {}

    record InstanceRouted(long version, Allocated.Instance instance, Allocated.Worker worker) implements RouteChange {
        /** Nothing on a lost worker takes flows, whatever its own state. */
        public InstanceState readiness() {
            return worker.lost() ? InstanceState.UNREADY : instance.state();
        }
    }

    record InstanceWithdrawn(long version, InstanceName instance) implements RouteChange {}
}
