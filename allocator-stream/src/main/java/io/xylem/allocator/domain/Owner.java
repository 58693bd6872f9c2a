package io.xylem.allocator.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;

/** Who holds a slot. */
public record Owner(Kind kind, String name) {
    public enum Kind {
        SERVICE_IP,
        INSTANCE,
        WORKER
    }

    static Owner serviceIp(ServiceName service, String ipType) {
        return new Owner(Kind.SERVICE_IP, service + " " + ipType);
    }

    static Owner instance(InstanceName instance) {
        return new Owner(Kind.INSTANCE, instance.toString());
    }

    static Owner worker(String worker) {
        return new Owner(Kind.WORKER, worker);
    }

    /** The instance it is. */
    InstanceName instance() {
        int hash = name.indexOf('#');
        return new InstanceName(ServiceName.parse(name.substring(0, hash)), Integer.parseInt(name.substring(hash + 1)));
    }

    @Override
    public String toString() {
        return switch (kind) {
            case SERVICE_IP -> "service IP " + name;
            case INSTANCE -> "instance " + name;
            case WORKER -> "worker " + name;
        };
    }
}
