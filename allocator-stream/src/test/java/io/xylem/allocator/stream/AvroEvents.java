package io.xylem.allocator.stream;

import io.xylem.allocator.domain.Event;
import io.xylem.model.InstanceName;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.avro.AddressRequest;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.InstanceDraining;
import io.xylem.schemas.avro.InstanceMigrated;
import io.xylem.schemas.avro.InstanceReady;
import io.xylem.schemas.avro.InstanceRemoved;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.InstanceUnready;
import io.xylem.schemas.avro.RealmConfigured;
import io.xylem.schemas.avro.ServiceRegistered;
import io.xylem.schemas.avro.ServiceRemoved;
import io.xylem.schemas.avro.WithdrawalConfirmed;
import io.xylem.schemas.avro.WorkerBack;
import io.xylem.schemas.avro.WorkerJoined;
import io.xylem.schemas.avro.WorkerLeft;
import io.xylem.schemas.avro.WorkerLost;
import io.xylem.schemas.avro.WorkerMoved;

/** Events as a publisher writes them. */
final class AvroEvents {
    private AvroEvents() {}

    static DeploymentEvent event(String id, Object body) {
        return event("main", id, body);
    }

    static DeploymentEvent event(String realm, String id, Object body) {
        return DeploymentEvent.newBuilder()
                .setRealm(realm)
                .setId(id)
                .setAt(0)
                .setBody(body)
                .build();
    }

    static Object body(Event event) {
        return switch (event) {
            case Event.WorkerJoined e ->
                new WorkerJoined(
                        e.worker(),
                        e.cluster(),
                        AvroWords.toAvro(e.underlay()),
                        e.zone(),
                        e.location() == null ? null : AvroWords.toAvro(e.location()));
            case Event.WorkerMoved e -> new WorkerMoved(e.worker(), AvroWords.toAvro(e.underlay()));
            case Event.WorkerLeft e -> new WorkerLeft(e.worker());
            case Event.WorkerLost e -> new WorkerLost(e.worker());
            case Event.WorkerBack e -> new WorkerBack(e.worker());
            case Event.ServiceRegistered e ->
                new ServiceRegistered(
                        e.service().toString(),
                        e.addresses().stream()
                                .map(one -> new AddressRequest(one.policy(), one.v4(), one.v6()))
                                .toList());
            case Event.ServiceRemoved e -> new ServiceRemoved(e.service().toString());
            case Event.InstanceScheduled e ->
                new InstanceScheduled(service(e.instance()), e.instance().number(), e.worker(), e.weight());
            case Event.InstanceReady e ->
                new InstanceReady(service(e.instance()), e.instance().number(), e.worker());
            case Event.InstanceUnready e ->
                new InstanceUnready(service(e.instance()), e.instance().number(), "probe failed", e.worker());
            case Event.InstanceMigrated e ->
                new InstanceMigrated(service(e.instance()), e.instance().number(), e.worker());
            case Event.InstanceDraining e ->
                new InstanceDraining(service(e.instance()), e.instance().number());
            case Event.InstanceRemoved e ->
                new InstanceRemoved(service(e.instance()), e.instance().number());
            case Event.WithdrawalConfirmed e ->
                new WithdrawalConfirmed(service(e.instance()), e.instance().number(), e.version());
            case Event.RealmConfigured e -> new RealmConfigured(e.settings());
            case Event.Malformed e -> throw new IllegalArgumentException("nobody publishes " + e);
        };
    }

    private static String service(InstanceName instance) {
        return instance.service().toString();
    }
}
