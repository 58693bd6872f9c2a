package io.xylem.allocator.stream;

import io.xylem.allocator.domain.AddressPlan;
import io.xylem.schemas.Keys;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.StateHash;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The whole wiring:
 *
 * <pre>
 *  xylem.deployment-events ──► allocate ──► xylem.allocations
 *                                │  ├─────► xylem.outcomes
 *                                │  └─────► xylem.state-hashes
 *                    realm-state, realm-counts
 * </pre>
 *
 * A name given here is part of what is persisted or monitored; {@code topology.txt} among the tests shows a change.
 */
final class AllocatorTopology {
    static final String STORE = "realm-state";
    static final String COUNTS_STORE = "realm-counts";
    static final String OUTCOMES_SINK = "outcomes";
    static final String ALLOCATIONS_SINK = "allocations";
    static final String STATE_HASHES_SINK = "state-hashes";
    private static final String SOURCE = "deployment-events";
    private static final String ALLOCATE = "allocate";

    private AllocatorTopology() {}

    /**
     * @param config of the streams and the value serdes
     * @param partitions of every topic
     * @param hashIntervalEvents of a realm
     */
    static Topology build(
            Map<String, Object> config,
            AddressPlan plan,
            int partitions,
            int hashIntervalEvents,
            AllocatorMeters meters) {
        Serde<DeploymentEvent> events = Topics.DEPLOYMENT_EVENTS.valueSerde(config);
        Serde<Outcome> outcomes = Topics.OUTCOMES.valueSerde(config);
        Serde<StateHash> hashes = Topics.STATE_HASHES.valueSerde(config);
        Serde<Allocation> allocations = Topics.ALLOCATIONS.valueSerde(config);
        Topology topology = new Topology(new TopologyConfig(new StreamsConfig(config)));
        topology.addSource(
                SOURCE,
                Serdes.String().deserializer(),
                new NonNullDeserializer<>(events.deserializer()),
                Topics.DEPLOYMENT_EVENTS.name());
        topology.addProcessor(
                ALLOCATE, () -> new AllocateProcessor(plan, partitions, hashIntervalEvents, meters), SOURCE);
        topology.addStateStore(RealmStateStore.builder(store(STORE)), ALLOCATE);
        topology.addStateStore(store(COUNTS_STORE), ALLOCATE);
        StreamPartitioner<String, Allocation> byKey =
                (topic, key, value, count) -> only(RealmPartitioner.partition(Keys.realmOf(key), count));
        // The key of an outcome is the event's id; its realm is in the value.
        StreamPartitioner<String, Outcome> byValue =
                (topic, key, value, count) -> only(RealmPartitioner.partition(value.getRealm(), count));
        topology.addSink(
                ALLOCATIONS_SINK,
                Topics.ALLOCATIONS.name(),
                Serdes.String().serializer(),
                allocations.serializer(),
                byKey,
                ALLOCATE);
        topology.addSink(
                OUTCOMES_SINK,
                Topics.OUTCOMES.name(),
                Serdes.String().serializer(),
                outcomes.serializer(),
                byValue,
                ALLOCATE);
        // Keyed by realm, so Kafka's own partitioner does it.
        topology.addSink(
                STATE_HASHES_SINK,
                Topics.STATE_HASHES.name(),
                Serdes.String().serializer(),
                hashes.serializer(),
                ALLOCATE);
        return topology;
    }

    private static StoreBuilder<KeyValueStore<String, byte[]>> store(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
                // Small segments, compacted soon, restore fast.
                .withLoggingEnabled(Map.of(
                        TopicConfig.SEGMENT_BYTES_CONFIG,
                        Integer.toString(64 << 20),
                        TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
                        "0.1"))
                // The realms themselves are in memory: RealmStateStore.
                .withCachingDisabled();
    }

    private static Optional<Set<Integer>> only(int partition) {
        return Optional.of(Set.of(partition));
    }
}
