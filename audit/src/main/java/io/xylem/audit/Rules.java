package io.xylem.audit;

import io.xylem.model.Endpoint;
import io.xylem.model.Location;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.avro.GeoLocation;
import io.xylem.schemas.avro.InstanceDraining;
import io.xylem.schemas.avro.InstanceMigrated;
import io.xylem.schemas.avro.InstanceReady;
import io.xylem.schemas.avro.InstanceRemoved;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.InstanceUnready;
import io.xylem.schemas.avro.RealmConfigured;
import io.xylem.schemas.avro.ServiceRegistered;
import io.xylem.schemas.avro.ServiceRemoved;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WithdrawalConfirmed;
import io.xylem.schemas.avro.WorkerBack;
import io.xylem.schemas.avro.WorkerJoined;
import io.xylem.schemas.avro.WorkerLeft;
import io.xylem.schemas.avro.WorkerLost;
import io.xylem.schemas.avro.WorkerMoved;
import org.jspecify.annotations.Nullable;

/** What one event does to its realm: changes the model, lists the changes in it, and says what the outcome tells. */
final class Rules {
    /** When and where in the log the event stands. */
    record Moment(long atMs, long offset, String type) {}

    private Rules() {}

    /** @throws No if the event must be refused; the model is as it was then */
    static Answer answer(RealmModel realm, Object body, Moment now) {
        return switch (body) {
            case WorkerJoined e -> WorkerRules.joined(realm, e, now);
            case WorkerMoved e -> WorkerRules.moved(realm, e.getWorker(), endpoint(e.getUnderlay()), now);
            case WorkerLeft e -> WorkerRules.left(realm, e.getWorker(), now);
            case WorkerLost e -> WorkerRules.heard(realm, e.getWorker(), false, now);
            case WorkerBack e -> WorkerRules.heard(realm, e.getWorker(), true, now);
            case ServiceRegistered e -> ServiceRules.registered(realm, e, now);
            case ServiceRemoved e -> ServiceRules.removed(realm, e.getService(), now);
            case InstanceScheduled e ->
                InstanceRules.scheduled(realm, e.getService(), e.getInstance(), e.getWorker(), e.getWeight(), now);
            case InstanceReady e -> InstanceRules.ready(realm, e.getService(), e.getInstance(), e.getWorker(), now);
            case InstanceUnready e -> InstanceRules.unready(realm, e.getService(), e.getInstance(), e.getWorker(), now);
            case InstanceDraining e -> InstanceRules.draining(realm, e.getService(), e.getInstance(), now);
            case InstanceMigrated e ->
                InstanceRules.migrated(realm, e.getService(), e.getInstance(), e.getWorker(), now);
            case InstanceRemoved e -> InstanceRules.removed(realm, e.getService(), e.getInstance(), now);
            case WithdrawalConfirmed e ->
                InstanceRules.confirmed(realm, e.getService(), e.getInstance(), e.getVersion(), now);
            case RealmConfigured e -> SettingRules.configured(realm, e.getSettings(), now);
            default -> throw new No("MALFORMED_EVENT");
        };
    }

    static Endpoint endpoint(UnderlayEndpoint underlay) {
        try {
            return AvroWords.toModel(underlay);
        } catch (IllegalArgumentException e) {
            throw new No("MALFORMED_EVENT");
        }
    }

    static @Nullable Location location(@Nullable GeoLocation location) {
        try {
            return location == null ? null : AvroWords.toModel(location);
        } catch (IllegalArgumentException e) {
            throw new No("MALFORMED_EVENT");
        }
    }
}
