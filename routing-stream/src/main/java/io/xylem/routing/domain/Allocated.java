package io.xylem.routing.domain;

import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Location;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What the allocator says of one entity of the realm. */
public sealed interface Allocated {
    Entity entity();

    /** What peers may call it by, as texts; nobody calls a worker. */
    default List<String> addresses() {
        return List.of();
    }

    /**
     * @param subnet where the namespace IPs of its instances come from
     * @param lost silent; its instances take no new flows until it is back
     */
    record Worker(
            String name,
            String cluster,
            Endpoint underlay,
            @Nullable String zone,
            @Nullable Location location,
            DualPrefix subnet,
            boolean lost)
            implements Allocated {
        @Override
        public Entity entity() {
            return new Entity.OfWorker(name);
        }
    }

    record Service(ServiceName name, List<ServiceIp> serviceIps) implements Allocated {
        public Service {
            serviceIps = List.copyOf(serviceIps);
        }

        @Override
        public List<String> addresses() {
            return serviceIps.stream().flatMap(ip -> texts(ip.address())).toList();
        }

        @Override
        public Entity entity() {
            return new Entity.OfService(name);
        }
    }

    record Instance(
            InstanceName name,
            String worker,
            DualAddress instanceIp,
            DualAddress namespaceIp,
            InstanceState state,
            int weight)
            implements Allocated {
        @Override
        public List<String> addresses() {
            return texts(instanceIp).toList();
        }

        @Override
        public Entity entity() {
            return new Entity.OfInstance(name);
        }
    }

    private static Stream<String> texts(DualAddress address) {
        return Stream.of(address.v4().toString(), address.v6().toString());
    }
}
