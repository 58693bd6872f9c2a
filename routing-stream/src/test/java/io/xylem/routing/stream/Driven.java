package io.xylem.routing.stream;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.xylem.routing.domain.Allocated;
import io.xylem.runtime.Latency;
import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.RegistryAvroSerde;
import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.Convergence;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.InstanceReport;
import io.xylem.schemas.avro.Interests;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.TunnelKeys;
import io.xylem.schemas.avro.WorkerStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The topology with its real serdes and settings, driven record by record. */
final class Driven implements AutoCloseable {
    static final String REALM = "main";
    static final long START_MS = 1_000_000;
    /** The one policy that goes by load. */
    static final String BY_LOAD = "busy";

    final WorkerBoard board = new WorkerBoard();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Map<String, Object> config;
    final TopologyTestDriver driver;
    final TestInputTopic<String, Allocation> allocations;
    final TestInputTopic<String, WorkerStatus> status;
    final TestOutputTopic<String, Route> routes;
    final TestOutputTopic<String, DeploymentEvent> observations;
    final TestOutputTopic<String, Route> workerRoutes;
    final TestOutputTopic<String, Convergence> convergence;
    final TestOutputTopic<String, TunnelKeys> tunnelKeys;
    final TestOutputTopic<byte[], byte[]> deadLetters;

    /** The broker's clock and ours alike. */
    long nowMs = START_MS;

    private final List<TestRecord<String, Route>> unread = new ArrayList<>();
    private long sequence;

    Driven(Path directory) {
        this(directory, RegistryAvroSerde.class);
    }

    Driven(Path directory, Class<?> serde) {
        this(directory, serde, "mock://" + directory.getFileName());
    }

    private Driven(Path directory, Class<?> serde, String registry) {
        config = Map.of(
                "bootstrap.servers",
                "unused:9092",
                "schema.registry.url",
                registry,
                "value.serde.class",
                serde,
                "state.dir",
                directory.toString());
        driver = new TopologyTestDriver(
                RoutingTopology.build(config, new RoutingCounters(meters), board, Beat.DEFAULT, BY_LOAD::equals),
                StreamsSettings.of(config, Latency.LOW),
                Instant.ofEpochMilli(START_MS));
        allocations = driver.createInputTopic(
                Topics.ALLOCATIONS.name(),
                new StringSerializer(),
                Topics.ALLOCATIONS.valueSerde(config).serializer());
        status = driver.createInputTopic(
                Topics.WORKER_STATUS.name(),
                new StringSerializer(),
                Topics.WORKER_STATUS.valueSerde(config).serializer());
        routes = output(Topics.ROUTES);
        workerRoutes = output(Topics.WORKER_ROUTES);
        convergence = output(Topics.CONVERGENCE);
        tunnelKeys = output(Topics.TUNNEL_KEYS);
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
        allocations.pipeInput(new TestRecord<>(key, value, headers, nowMs));
    }

    /** Another change of the same version follows. */
    void takeBackWithMore(long version, Allocated what) {
        RecordHeaders headers = new RecordHeaders();
        Headers.setVersion(headers, version);
        Headers.setMore(headers);
        allocations.pipeInput(new TestRecord<>(AllocationRecords.key(REALM, what.entity()), null, headers, nowMs));
    }

    void report(String key, String worker, InstanceReport report) {
        say(key, worker, report);
    }

    void heartbeat(String worker, long applied, String feed) {
        say(Keys.worker(REALM, worker), worker, new Heartbeat(applied, feed));
    }

    void wants(String worker, List<String> services, List<String> addresses) {
        say(Keys.interest(REALM, worker), worker, new Interests(sequence++, services, addresses));
    }

    void say(String key, String worker, SpecificRecord body) {
        status.pipeInput(key, new WorkerStatus(REALM, worker, 1_000L, body), nowMs);
    }

    /** Time passes, and routing notices. */
    void pass(long ms) {
        nowMs += ms;
        driver.advanceWallClockTime(Duration.ofMillis(ms));
    }

    /** What the worker is told since last asked: {@code key} and, of a route, {@code @version}. */
    List<String> told(String worker) {
        unread.addAll(workerRoutes.readRecordsToList());
        List<String> told = unread.stream()
                .filter(record -> Keys.parseFed(record.key()).worker().equals(worker))
                .map(record -> Keys.parseFed(record.key()).key().substring(REALM.length() + 1)
                        + (record.value() == null ? "=null" : "")
                        + "@" + Headers.version(record.headers())
                        + (Headers.more(record.headers()) ? "+" : ""))
                .toList();
        unread.removeIf(record -> Keys.parseFed(record.key()).worker().equals(worker));
        return told;
    }

    /** A new process on what the store of this one has; nothing else is left. */
    Driven restart(Path directory) {
        Driven next = new Driven(directory, RegistryAvroSerde.class, String.valueOf(config.get("schema.registry.url")));
        for (String store : List.of(RoutingTopology.STORE, RoutingTopology.OPEN_STORE)) {
            KeyValueStore<String, byte[]> to = next.driver.getKeyValueStore(store);
            try (KeyValueIterator<String, byte[]> entries =
                    driver.<String, byte[]>getKeyValueStore(store).all()) {
                entries.forEachRemaining(entry -> to.put(entry.key, entry.value));
            }
        }
        next.pass(nowMs - START_MS);
        close();
        return next;
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
