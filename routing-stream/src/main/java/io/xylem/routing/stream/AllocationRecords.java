package io.xylem.routing.stream;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import io.xylem.routing.domain.Allocated;
import io.xylem.routing.domain.AllocationChange;
import io.xylem.routing.domain.Entity;
import io.xylem.routing.domain.Versioned;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.InstanceAllocation;
import io.xylem.schemas.avro.ServiceAllocation;
import io.xylem.schemas.avro.WorkerAllocation;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Records of the allocations, and what they say in the domain's words. */
final class AllocationRecords {
    private AllocationRecords() {}

    /** A change, and the realm that it is of. */
    record InRealm(String realm, AllocationChange change) {}

    /** @throws MalformedRecordException when key, header and value don't make one allocation */
    static InRealm read(Record<String, @Nullable Allocation> record) {
        try {
            Keys.Entity key = Keys.parse(record.key());
            long version = Headers.version(record.headers());
            Allocation value = record.value();
            if (value == null) {
                return new InRealm(key.realm(), new AllocationChange.TakenBack(version, entity(key)));
            }
            Versioned<?> allocated = toDomain(value);
            if (allocated.version() != version
                    || !value.getRealm().equals(key.realm())
                    || !allocated.value().entity().equals(entity(key))) {
                throw new IllegalArgumentException(
                        "key " + record.key() + " and version " + version + " are not those of " + value);
            }
            return new InRealm(key.realm(), new AllocationChange.Given(version, allocated.value()));
        } catch (IllegalArgumentException e) {
            throw new MalformedRecordException("not an allocation: " + e.getMessage(), e);
        }
    }

    static Entity entity(Keys.Entity key) {
        return switch (key) {
            case Keys.Entity.Worker worker -> new Entity.OfWorker(worker.worker());
            case Keys.Entity.Service service -> new Entity.OfService(service.service());
            case Keys.Entity.Instance instance -> new Entity.OfInstance(instance.instance());
        };
    }

    static String key(String realm, Entity entity) {
        return switch (entity) {
            case Entity.OfWorker(String worker) -> Keys.worker(realm, worker);
            case Entity.OfService(ServiceName service) -> Keys.service(realm, service);
            case Entity.OfInstance(InstanceName instance) -> Keys.instance(realm, instance);
        };
    }

    static Versioned<?> toDomain(Allocation allocation) {
        return switch (allocation.getBody()) {
            case WorkerAllocation worker -> new Versioned<>(allocation.getVersion(), worker(worker));
            case ServiceAllocation service -> new Versioned<>(allocation.getVersion(), service(service));
            case InstanceAllocation instance -> new Versioned<>(allocation.getVersion(), instance(instance));
            default -> throw new IllegalArgumentException("unknown body " + allocation.getBody());
        };
    }

    static Allocated.Worker worker(WorkerAllocation worker) {
        return new Allocated.Worker(
                worker.getWorker(),
                worker.getCluster(),
                AvroWords.toModel(worker.getUnderlay()),
                worker.getZone(),
                worker.getLocation() == null ? null : AvroWords.toModel(worker.getLocation()),
                AvroWords.toModel(worker.getSubnet()),
                worker.getLost());
    }

    static Allocated.Service service(ServiceAllocation service) {
        return new Allocated.Service(
                ServiceName.parse(service.getService()), AvroWords.toModel(service.getServiceIps()));
    }

    static Allocated.Instance instance(InstanceAllocation instance) {
        return new Allocated.Instance(
                new InstanceName(ServiceName.parse(instance.getService()), instance.getInstance()),
                instance.getWorker(),
                AvroWords.toModel(instance.getInstanceIp()),
                AvroWords.toModel(instance.getNamespaceIp()),
                AvroWords.toModel(instance.getReadiness()),
                instance.getWeight());
    }

    static Allocation toAvro(String realm, long version, Allocated allocated) {
        return new Allocation(
                realm,
                version,
                switch (allocated) {
                    case Allocated.Worker worker ->
                        new WorkerAllocation(
                                worker.name(),
                                worker.cluster(),
                                AvroWords.toAvro(worker.underlay()),
                                worker.zone(),
                                worker.location() == null ? null : AvroWords.toAvro(worker.location()),
                                AvroWords.toAvro(worker.subnet()),
                                worker.lost());
                    case Allocated.Service service ->
                        new ServiceAllocation(service.name().toString(), AvroWords.toAvro(service.serviceIps()));
                    case Allocated.Instance instance ->
                        new InstanceAllocation(
                                instance.name().service().toString(),
                                instance.name().number(),
                                instance.worker(),
                                AvroWords.toAvro(instance.instanceIp()),
                                AvroWords.toAvro(instance.namespaceIp()),
                                AvroWords.toAvro(instance.state()),
                                instance.weight());
                });
    }
}
