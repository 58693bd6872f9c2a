package io.xylem.allocator.domain;

import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.InstanceName;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What holds after an accepted event, as its outcome tells it. */
public sealed interface Details {
    /** {@code subnet} where the event is about it. */
    record OfWorker(String worker, @Nullable DualPrefix subnet) implements Details {}

    /** No service IPs: the service is gone. */
    record OfService(ServiceName service, List<ServiceIp> serviceIps) implements Details {
        public OfService {
            serviceIps = List.copyOf(serviceIps);
        }
    }

    /** All settings of the realm, each with its whole text. */
    record OfRealm(Map<String, String> settings) implements Details {
        public OfRealm {
            settings = Collections.unmodifiableMap(new TreeMap<>(settings));
        }
    }

    /** A change of its state only. */
    record OfInstance(InstanceName instance) implements Details {}

    record OfPlacement(InstanceName instance, String worker, DualAddress instanceIp, DualAddress namespaceIp)
            implements Details {}
}
