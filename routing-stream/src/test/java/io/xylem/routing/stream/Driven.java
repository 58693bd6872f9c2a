package io.xylem.routing.stream;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.xylem.routing.domain.Allocated;
import io.xylem.runtime.Latency;
import io.xylem.schemas.Headers;
import io.xylem.schemas.RegistryAvroSerde;
import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.InstanceReport;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.WorkerStatus;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The topology with its real serdes and settings, driven record by record. */
final class Driven implements AutoCloseable {
    static final String REALM = "main";

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Map<String, Object> config;
    final TopologyTestDriver driver;
    final TestInputTopic<String, Allocation> allocations;
    final TestInputTopic<String, WorkerStatus> status;
    final TestOutputTopic<String, Route> routes;
    final TestOutputTopic<String, DeploymentEvent> observations;
    final TestOutputTopic<byte[], byte[]> deadLetters;

    Driven(Path directory) {
        this(directory, RegistryAvroSerde.class);
    }

    Driven(Path directory, Class<?> serde) {
        config = Map.of(
                "bootstrap.servers",
                "unused:9092",
                "schema.registry.url",
                "mock://" + directory.getFileName(),
                "value.serde.class",
                serde,
                "state.dir",
                directory.toString());
        driver = new TopologyTestDriver(
                RoutingTopology.build(config, new RoutingCounters(meters)), StreamsSettings.of(config, Latency.LOW));
        allocations = driver.createInputTopic(
                Topics.ALLOCATIONS.name(),
                new StringSerializer(),
                Topics.ALLOCATIONS.valueSerde(config).serializer());
        status = driver.createInputTopic(
                Topics.WORKER_STATUS.name(),
                new StringSerializer(),
                Topics.WORKER_STATUS.valueSerde(config).serializer());
        routes = output(Topics.ROUTES);
        observations = output(Topics.DEPLOYMENT_EVENTS);
        deadLetters = driver.createOutputTopic(
                Topics.DEAD_LETTERS.name(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private <V> TestOutputTopic<String, V> output(Topic<V> topic) {
        return driver.createOutputTopic(
                topic.name(), new StringDeserializer(), topic.valueSerde(config).deserializer());
    }

    void give(long version, Allocated what) {
        send(AllocationRecords.key(REALM, what.entity()), version, AllocationRecords.toAvro(REALM, version, what));
    }

    void takeBack(long version, Allocated what) {
        send(AllocationRecords.key(REALM, what.entity()), version, null);
    }

    void send(String key, long version, @Nullable Allocation value) {
        RecordHeaders headers = new RecordHeaders();
        Headers.setVersion(headers, version);
        allocations.pipeInput(new TestRecord<String, Allocation>(key, value, headers));
    }

    void report(String key, String worker, InstanceReport report) {
        status.pipeInput(key, new WorkerStatus(REALM, worker, 1_000L, report));
    }

    void bytes(String topic, String key, byte[] value) {
        driver.createInputTopic(topic, new StringSerializer(), new ByteArraySerializer())
                .pipeInput(key, value);
    }

    List<TestRecord<String, Route>> readRoutes() {
        return routes.readRecordsToList();
    }

    KeyValueStore<String, byte[]> store() {
        return driver.getKeyValueStore(RoutingTopology.STORE);
    }

    double count(String name, String tag, String value) {
        return meters.get(name).tag(tag, value).counter().count();
    }

    @Override
    public void close() {
        driver.close();
    }
}
