package io.xylem.audit;

import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceState;
import io.xylem.model.Location;
import io.xylem.model.ServiceIp;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What has addresses, as it is after the event at offset {@code version}. {@code key}: that of its record in allocations. */
public sealed interface Entity {
    String key();

    long version();

    /** For people, e.g. {@code instance A.prod.S.prod#1}. */
    String title();

    record Worker(
            String key,
            long version,
            String name,
            String cluster,
            Endpoint underlay,
            @Nullable String zone,
            @Nullable Location location,
            DualPrefix subnet,
            boolean lost)
            implements Entity {
        @Override
        public String title() {
            return "worker " + name;
        }
    }

    record Service(String key, long version, String name, List<ServiceIp> ips) implements Entity {
        @Override
        public String title() {
            return "service " + name;
        }
    }

    /** @param host number of its namespace IP in the worker's subnet */
    record Instance(
            String key,
            long version,
            String service,
            int number,
            String worker,
            int host,
            DualAddress instanceIp,
            DualAddress namespaceIp,
            InstanceState state,
            int weight)
            implements Entity {
        @Override
        public String title() {
            return "instance " + service + "#" + number;
        }
    }
}
