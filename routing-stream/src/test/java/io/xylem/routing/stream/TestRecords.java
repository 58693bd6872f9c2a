package io.xylem.routing.stream;

import io.xylem.routing.domain.AllocationChange;
import io.xylem.schemas.Headers;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Records as the allocator writes them. */
public final class TestRecords {
    private TestRecords() {}

    public static ProducerRecord<String, Allocation> of(String realm, AllocationChange change, int partition) {
        Allocation value = switch (change) {
            case AllocationChange.Given given -> AllocationRecords.toAvro(realm, given.version(), given.allocated());
            case AllocationChange.TakenBack _ -> null;
        };
        ProducerRecord<String, Allocation> record = new ProducerRecord<>(
                Topics.ALLOCATIONS.name(), partition, AllocationRecords.key(realm, change.entity()), value);
        Headers.setVersion(record.headers(), change.version());
        return record;
    }
}
