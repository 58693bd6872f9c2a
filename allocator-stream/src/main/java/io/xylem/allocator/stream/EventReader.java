package io.xylem.allocator.stream;

import io.xylem.allocator.domain.Event;
import io.xylem.allocator.domain.Rejection;
import io.xylem.model.InstanceName;
import io.xylem.model.Location;
import io.xylem.model.ServiceName;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.avro.DeploymentEvent;
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
import io.xylem.schemas.avro.WithdrawalConfirmed;
import io.xylem.schemas.avro.WorkerBack;
import io.xylem.schemas.avro.WorkerJoined;
import io.xylem.schemas.avro.WorkerLeft;
import io.xylem.schemas.avro.WorkerLost;
import io.xylem.schemas.avro.WorkerMoved;
import org.jspecify.annotations.Nullable;

/** From the log's record to the domain's event. Words that the model does not allow become {@link Event.Malformed}. */
final class EventReader {
    /** A name that isn't one: it has a code of its own. */
    private static final class InvalidName extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;

        InvalidName(IllegalArgumentException cause) {
            super(cause.getMessage(), cause);
        }
    }

    private EventReader() {}

    static String type(DeploymentEvent event) {
        return event.getBody().getClass().getSimpleName();
    }

    static Event read(DeploymentEvent event) {
        try {
            return understand(event.getBody());
        } catch (InvalidName e) {
            return malformed(event, Rejection.Code.INVALID_NAME, e);
        } catch (IllegalArgumentException e) {
            return malformed(event, Rejection.Code.MALFORMED_EVENT, e);
        }
    }

    private static Event malformed(DeploymentEvent event, Rejection.Code code, IllegalArgumentException reason) {
        return new Event.Malformed(type(event), new Rejection(code, String.valueOf(reason.getMessage())));
    }

    private static Event understand(Object body) {
        return switch (body) {
            case WorkerJoined e ->
                new Event.WorkerJoined(
                        e.getWorker(),
                        e.getCluster(),
                        AvroWords.toModel(e.getUnderlay()),
                        e.getZone(),
                        location(e.getLocation()));
            case WorkerMoved e -> new Event.WorkerMoved(e.getWorker(), AvroWords.toModel(e.getUnderlay()));
            case WorkerLeft e -> new Event.WorkerLeft(e.getWorker());
            case WorkerLost e -> new Event.WorkerLost(e.getWorker());
            case WorkerBack e -> new Event.WorkerBack(e.getWorker());
            case ServiceRegistered e ->
                new Event.ServiceRegistered(
                        service(e.getService()),
                        e.getAddresses().stream()
                                .map(one -> new Event.AddressRequest(one.getPolicy(), one.getV4(), one.getV6()))
                                .toList());
            case ServiceRemoved e -> new Event.ServiceRemoved(service(e.getService()));
            case InstanceScheduled e ->
                new Event.InstanceScheduled(instance(e.getService(), e.getInstance()), e.getWorker(), e.getWeight());
            case InstanceReady e -> new Event.InstanceReady(instance(e.getService(), e.getInstance()), e.getWorker());
            case InstanceUnready e ->
                new Event.InstanceUnready(instance(e.getService(), e.getInstance()), e.getWorker());
            case InstanceMigrated e ->
                new Event.InstanceMigrated(instance(e.getService(), e.getInstance()), e.getWorker());
            case InstanceDraining e -> new Event.InstanceDraining(instance(e.getService(), e.getInstance()));
            case InstanceRemoved e -> new Event.InstanceRemoved(instance(e.getService(), e.getInstance()));
            case WithdrawalConfirmed e ->
                new Event.WithdrawalConfirmed(instance(e.getService(), e.getInstance()), e.getVersion());
            case RealmConfigured e -> new Event.RealmConfigured(e.getSettings());
            default ->
                throw new IllegalArgumentException("events of type "
                        + body.getClass().getSimpleName() + " are not known to this version of the allocator");
        };
    }

    private static ServiceName service(String text) {
        try {
            return ServiceName.parse(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidName(e);
        }
    }

    private static InstanceName instance(String service, int number) {
        return new InstanceName(service(service), number);
    }

    private static @Nullable Location location(@Nullable GeoLocation location) {
        return location == null ? null : AvroWords.toModel(location);
    }
}
