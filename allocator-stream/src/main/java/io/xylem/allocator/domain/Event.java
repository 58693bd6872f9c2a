package io.xylem.allocator.domain;

import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.Location;
import io.xylem.model.ServiceName;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What happened to a realm, in the words of the domain. One record a type of the deployment log. */
public sealed interface Event {
    /** The type's name in the log and in outcomes. */
    default String type() {
        return getClass().getSimpleName();
    }

    record WorkerJoined(
            String worker,
            String cluster,
            Endpoint underlay,
            @Nullable String zone,
            @Nullable Location location) implements Event {}

    record WorkerMoved(String worker, Endpoint underlay) implements Event {}

    record WorkerLeft(String worker) implements Event {}

    /** Observation: the worker has gone silent. */
    record WorkerLost(String worker) implements Event {}

    /** Observation: the lost worker is heard again. */
    record WorkerBack(String worker) implements Event {}

    /** An empty list asks for {@code RR}. */
    record ServiceRegistered(ServiceName service, List<AddressRequest> addresses) implements Event {}

    record ServiceRemoved(ServiceName service) implements Event {}

    /** @param weight its share of new flows next to the service's other instances, where a policy heeds it */
    record InstanceScheduled(InstanceName instance, String worker, int weight) implements Event {
        public InstanceScheduled(InstanceName instance, String worker) {
            this(instance, worker, 1);
        }
    }

    /** @param worker that reports it; null where the one who deployed the instance says so */
    record InstanceReady(InstanceName instance, @Nullable String worker) implements Event {
        public InstanceReady(InstanceName instance) {
            this(instance, null);
        }
    }

    /** @param worker as in {@link InstanceReady} */
    record InstanceUnready(InstanceName instance, @Nullable String worker) implements Event {
        public InstanceUnready(InstanceName instance) {
            this(instance, null);
        }
    }

    record InstanceMigrated(InstanceName instance, String worker) implements Event {}

    record InstanceDraining(InstanceName instance) implements Event {}

    record InstanceRemoved(InstanceName instance) implements Event {}

    /** Observation: no live worker sends any more to what the event at offset {@code version} withdrew. */
    record WithdrawalConfirmed(InstanceName instance, long version) implements Event {}

    /** Settings that change, as texts; see {@link SettingTexts}. */
    record RealmConfigured(Map<String, String> settings) implements Event {
        public RealmConfigured {
            settings = Map.copyOf(settings);
        }
    }

    /** An event that can be read but not understood; its decision is already known. */
    record Malformed(String type, Rejection rejection) implements Event {}

    /** One wanted service IP; the addresses are texts, so that a malformed one is refused with a reason. */
    record AddressRequest(
            String policy, @Nullable String v4, @Nullable String v6) {}
}
