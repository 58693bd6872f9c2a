package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;

/** Names one thing that is allocated: all that is left of it when it is taken back. */
public sealed interface Entity {
    record OfWorker(String worker) implements Entity {}

    record OfService(ServiceName service) implements Entity {}

    record OfInstance(InstanceName instance) implements Entity {}
}
