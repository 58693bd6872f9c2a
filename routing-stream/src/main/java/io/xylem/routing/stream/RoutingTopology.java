package io.xylem.routing.stream;

import io.xylem.schemas.Keys;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * One sub-topology, because both inputs lie in the partition of their realm and share its store:
 *
 * <pre>
 *  xylem.allocations   ─► routes-of-allocations ─► xylem.routes
 *                               │ routing-state
 *  xylem.worker-status ─► verdicts-on-reports ───► xylem.deployment-events
 * </pre>
 */
public final class RoutingTopology {
    /** RocksDB; its keys are drawn at {@link StoredView}. */
    public static final String STORE = "routing-state";

    private RoutingTopology() {}

    /** @param serdeConfig of the value serdes, e.g. {@code schema.registry.url} */
    public static Topology build(Map<String, ?> serdeConfig, RoutingCounters counters) {
        Serde<Allocation> allocations = Topics.ALLOCATIONS.valueSerde(serdeConfig);
        StreamPartitioner<String, @Nullable Object> byRealm = (_, key, _, partitions) ->
                Optional.of(Set.of(RealmPartitioner.partition(Keys.realmOf(key), partitions)));
        return new Topology()
                .addSource(
                        "allocations", new StringDeserializer(), allocations.deserializer(), Topics.ALLOCATIONS.name())
                .addSource(
                        "worker-status",
                        new StringDeserializer(),
                        Topics.WORKER_STATUS.valueSerde(serdeConfig).deserializer(),
                        Topics.WORKER_STATUS.name())
                .addProcessor(
                        "routes-of-allocations", () -> new AllocationProcessor(allocations, counters), "allocations")
                .addProcessor("verdicts-on-reports", () -> new StatusProcessor(allocations, counters), "worker-status")
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray()),
                        "routes-of-allocations",
                        "verdicts-on-reports")
                .addSink(
                        "routes",
                        Topics.ROUTES.name(),
                        new StringSerializer(),
                        Topics.ROUTES.valueSerde(serdeConfig).serializer(),
                        byRealm,
                        "routes-of-allocations")
                .addSink(
                        "observations",
                        Topics.DEPLOYMENT_EVENTS.name(),
                        new StringSerializer(),
                        Topics.DEPLOYMENT_EVENTS.valueSerde(serdeConfig).serializer(),
                        byRealm,
                        "verdicts-on-reports");
    }
}
