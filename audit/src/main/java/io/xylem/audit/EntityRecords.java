package io.xylem.audit;

import io.xylem.model.Location;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.Keys;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.GeoLocation;
import io.xylem.schemas.avro.InstanceAllocation;
import io.xylem.schemas.avro.ServiceAllocation;
import io.xylem.schemas.avro.WorkerAllocation;
import org.jspecify.annotations.Nullable;

/** A derived entity in the form of its record, for those who print records. */
public final class EntityRecords {
    private EntityRecords() {}

    public static Allocation allocation(Entity entity) {
        Object body = switch (entity) {
            case Entity.Worker w ->
                new WorkerAllocation(
                        w.name(),
                        w.cluster(),
                        AvroWords.toAvro(w.underlay()),
                        w.zone(),
                        location(w.location()),
                        AvroWords.toAvro(w.subnet()),
                        w.lost());
            case Entity.Service s -> new ServiceAllocation(s.name(), AvroWords.toAvro(s.ips()));
            case Entity.Instance i ->
                new InstanceAllocation(
                        i.service(),
                        i.number(),
                        i.worker(),
                        AvroWords.toAvro(i.instanceIp()),
                        AvroWords.toAvro(i.namespaceIp()),
                        AvroWords.toAvro(i.state()),
                        i.weight());
        };
        return new Allocation(Keys.realmOf(entity.key()), entity.version(), body);
    }

    private static @Nullable GeoLocation location(@Nullable Location location) {
        return location == null ? null : AvroWords.toAvro(location);
    }
}
