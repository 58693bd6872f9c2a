package io.xylem.routing.stream;

import io.xylem.schemas.Keys;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * One sub-topology and one processor, because both inputs lie in the partition of their realm and share its store:
 *
 * <pre>
 *  xylem.allocations   ─┐                ┌─► xylem.routes             for all
 *  xylem.worker-status ─┴─► routing ─────┼─► xylem.worker-routes      for one worker each, in its partition
 *         ▲                  │ routing-  ├─► xylem.deployment-events  observations
 *         └── ticks ─────────┘ state, -open ├─► xylem.convergence
 *                                           └─► xylem.tunnel-keys        what workers say, once believed
 * </pre>
 */
public final class RoutingTopology {
    /** RocksDB; its keys are drawn at {@link StoredView}. */
    public static final String STORE = "routing-state";

    /** RocksDB behind Streams' cache; its keys are drawn at {@link OpenSlots}. */
    static final String OPEN_STORE = "routing-open";

    static final String ROUTES = "routes";
    static final String WORKER_ROUTES = "worker-routes";
    static final String OBSERVATIONS = "observations";
    static final String CONVERGENCE = "convergence";
    static final String TICKS = "ticks";
    static final String TUNNEL_KEYS = "tunnel-keys";
    private static final String ROUTING = "routing";

    private RoutingTopology() {}

    /**
     * @param serdeConfig of the value serdes, e.g. {@code schema.registry.url}
     * @param goesByLoad whether the policy of that name asks for the active flows of instances
     */
    public static Topology build(
            Map<String, ?> serdeConfig,
            RoutingCounters counters,
            WorkerBoard board,
            Beat beat,
            Predicate<String> goesByLoad) {
        Serde<Allocation> allocations = Topics.ALLOCATIONS.valueSerde(serdeConfig);
        StreamPartitioner<String, @Nullable Object> byRealm = (_, key, _, partitions) ->
                Optional.of(Set.of(RealmPartitioner.partition(Keys.realmOf(key), partitions)));
        Topology topology = new Topology()
                .addSource(
                        "allocations", new StringDeserializer(), allocations.deserializer(), Topics.ALLOCATIONS.name())
                .addSource(
                        "worker-status",
                        new StringDeserializer(),
                        Topics.WORKER_STATUS.valueSerde(serdeConfig).deserializer(),
                        Topics.WORKER_STATUS.name())
                .addProcessor(
                        ROUTING,
                        () -> new RoutingProcessor(allocations, counters, board, beat, goesByLoad),
                        "allocations",
                        "worker-status")
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(STORE), Serdes.String(), Serdes.ByteArray()),
                        ROUTING)
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                        Stores.persistentKeyValueStore(OPEN_STORE), Serdes.String(), Serdes.ByteArray())
                                .withCachingEnabled(),
                        ROUTING);
        sink(topology, ROUTES, Topics.ROUTES, serdeConfig, byRealm);
        sink(topology, WORKER_ROUTES, Topics.WORKER_ROUTES, serdeConfig, new WorkerPartitioner());
        sink(topology, OBSERVATIONS, Topics.DEPLOYMENT_EVENTS, serdeConfig, byRealm);
        sink(topology, CONVERGENCE, Topics.CONVERGENCE, serdeConfig, byRealm);
        sink(topology, TICKS, Topics.WORKER_STATUS, serdeConfig, byRealm);
        sink(topology, TUNNEL_KEYS, Topics.TUNNEL_KEYS, serdeConfig, byRealm);
        return topology;
    }

    private static <V> void sink(
            Topology topology,
            String name,
            Topic<V> topic,
            Map<String, ?> serdeConfig,
            StreamPartitioner<String, @Nullable Object> partitioner) {
        topology.addSink(
                name,
                topic.name(),
                new StringSerializer(),
                new OnceSerializer<>(topic.valueSerde(serdeConfig).serializer()),
                partitioner,
                ROUTING);
    }
}
