package io.xylem.routing.stream;

import io.xylem.routing.domain.AllocationApplier;
import io.xylem.routing.domain.AllocationDecider;
import io.xylem.routing.domain.RouteChange;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.Route;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Allocation in, routes out. */
final class AllocationProcessor extends ContextualProcessor<String, @Nullable Allocation, String, @Nullable Route> {
    private final Serde<Allocation> serde;
    private final RoutingCounters counters;

    AllocationProcessor(Serde<Allocation> serde, RoutingCounters counters) {
        this.serde = serde;
        this.counters = counters;
    }

    @Override
    public void process(Record<String, @Nullable Allocation> record) {
        AllocationRecords.InRealm read = AllocationRecords.read(record);
        StoredRealm state = new StoredRealm(read.realm(), context().getStateStore(RoutingTopology.STORE), serde);
        AllocationDecider.Decision decision = AllocationDecider.decide(state, read.change());
        if (decision.news()) {
            AllocationApplier.apply(state, read.change());
        }
        counters.allocation(decision.news());
        for (RouteChange change : decision.routes()) {
            context().forward(RouteRecords.write(read.realm(), change, record.timestamp()));
            counters.route(change);
        }
    }
}
