package io.xylem.allocator.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.xylem.allocator.domain.AddressPlan;
import io.xylem.runtime.Latency;
import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.StateHash;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The real topology, serdes and RocksDB without a broker. */
final class Driver implements AutoCloseable {
    static final int HASH_INTERVAL_EVENTS = 4;

    final MeterRegistry meters = new SimpleMeterRegistry();
    private final Map<String, Object> config;
    private final TopologyTestDriver driver;
    private final TestInputTopic<String, byte[]> events;
    private long nowMs = 1_700_000_000_000L;

    Driver(Path directory, AddressPlan plan, int partitions) {
        config = config(directory);
        Properties properties = new Properties();
        properties.putAll(config);
        // The test driver clears what is sent but not committed before it processes a record: it would lose dead
        // letters.
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        driver = new TopologyTestDriver(
                AllocatorTopology.build(config, plan, partitions, HASH_INTERVAL_EVENTS, new AllocatorMeters(meters)),
                properties);
        events = driver.createInputTopic(
                Topics.DEPLOYMENT_EVENTS.name(), new StringSerializer(), new ByteArraySerializer());
    }

    static Map<String, Object> config(Path directory) {
        return StreamsSettings.of(
                Map.of(
                        "bootstrap.servers", "none:1",
                        "state.dir", directory.toString(),
                        "schema.registry.url", "mock://allocator"),
                Latency.BALANCED);
    }

    void passMs(long ms) {
        nowMs += ms;
    }

    long nowMs() {
        return nowMs;
    }

    void publish(DeploymentEvent event) {
        publish(event.getRealm(), event);
    }

    void publish(String key, DeploymentEvent event) {
        publishBytes(
                key,
                Topics.DEPLOYMENT_EVENTS
                        .valueSerde(config)
                        .serializer()
                        .serialize(Topics.DEPLOYMENT_EVENTS.name(), event));
    }

    @SuppressWarnings("NullAway") // a record may lack its value
    void publishBytes(String key, byte @Nullable [] value) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("traceparent", "00-1".getBytes(UTF_8));
        headers.add("other", new byte[] {1});
        events.pipeInput(new TestRecord<>(key, value, headers, Instant.ofEpochMilli(++nowMs)));
    }

    List<TestRecord<String, Outcome>> outcomes() {
        return read(Topics.OUTCOMES);
    }

    /** The outcome of the one event that was published since the last look. */
    Outcome outcome() {
        List<TestRecord<String, Outcome>> outcomes = outcomes();
        if (outcomes.size() != 1) {
            throw new AssertionError("one event has one outcome, not " + outcomes);
        }
        return outcomes.getFirst().value();
    }

    List<TestRecord<String, Allocation>> allocations() {
        return read(Topics.ALLOCATIONS);
    }

    List<TestRecord<String, StateHash>> hashes() {
        return read(Topics.STATE_HASHES);
    }

    List<TestRecord<byte[], byte[]>> deadLetters() {
        return driver.createOutputTopic(
                        Topics.DEAD_LETTERS.name(), new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList();
    }

    /** Everything written since the last look, as it stands in the topics. */
    List<String> bytesOut() {
        List<String> all = new ArrayList<>();
        for (Topic<?> topic : List.of(Topics.OUTCOMES, Topics.ALLOCATIONS, Topics.STATE_HASHES)) {
            driver.createOutputTopic(topic.name(), new StringDeserializer(), new ByteArrayDeserializer())
                    .readRecordsToList()
                    .forEach(record -> all.add(topic.name() + " " + record.key() + " " + Arrays.toString(record.value())
                            + " " + record.headers()));
        }
        return all;
    }

    /** The stores' content as text. */
    Map<String, String> stored() {
        Map<String, String> stored = new TreeMap<>();
        for (KeyValueStore<String, byte[]> store :
                List.of(entries(), driver.<String, byte[]>getKeyValueStore(AllocatorTopology.COUNTS_STORE))) {
            try (KeyValueIterator<String, byte[]> all = store.all()) {
                while (all.hasNext()) {
                    KeyValue<String, byte[]> entry = all.next();
                    stored.put(entry.key, new String(entry.value, UTF_8));
                }
            }
        }
        return stored;
    }

    /** As if a later version had written there. */
    void corrupt(String key) {
        entries().put(key, new byte[] {'9'});
    }

    private KeyValueStore<String, byte[]> entries() {
        return ((RealmStateStore) driver.getStateStore(AllocatorTopology.STORE)).entries();
    }

    private <V> List<TestRecord<String, V>> read(Topic<V> topic) {
        TestOutputTopic<String, V> output = driver.createOutputTopic(
                topic.name(),
                Serdes.String().deserializer(),
                topic.valueSerde(new HashMap<>(config)).deserializer());
        return output.readRecordsToList();
    }

    @Override
    public void close() {
        driver.close();
    }
}
