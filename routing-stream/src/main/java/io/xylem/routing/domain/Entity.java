package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.Optional;

/** Names one thing that is allocated: all that is left of it when it is taken back. */
public sealed interface Entity {
    record OfWorker(String worker) implements Entity {}

    record OfService(ServiceName service) implements Entity {}

    record OfInstance(InstanceName instance) implements Entity {}

    /** Whose routes it is among; of a worker there are none. */
    default Optional<ServiceName> ofService() {
        return switch (this) {
            case OfWorker _ -> Optional.empty();
            case OfService(ServiceName service) -> Optional.of(service);
            case OfInstance(InstanceName instance) -> Optional.of(instance.service());
        };
    }
}
