package io.xylem.proxy.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.Map;

/** How many flows there are, as the packets' thread counts them. Asked by any thread, now and then. */
public interface FlowCounts {
    FlowCounts NONE = new FlowCounts() {
        @Override
        public Map<InstanceName, Integer> hosted() {
            return Map.of();
        }

        @Override
        public boolean any(ServiceName service) {
            return false;
        }
    };

    /** Flows, from anywhere, to each instance attached here that has any. */
    Map<InstanceName, Integer> hosted();

    /** Whether an instance of this worker has a flow with an instance of the service, whoever began it. */
    boolean any(ServiceName service);
}
