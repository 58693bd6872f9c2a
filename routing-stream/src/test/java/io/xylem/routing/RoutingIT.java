package io.xylem.routing;

import static io.xylem.model.InstanceState.READY;
import static io.xylem.model.InstanceState.SCHEDULED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.broker.EmbeddedBroker;
import io.xylem.routing.domain.AllocationChange;
import io.xylem.routing.domain.World;
import io.xylem.routing.stream.TestRecords;
import io.xylem.runtime.Settings;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.InstanceReport;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.WorkerStatus;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole process on a real broker with several partitions; the registry is the one in memory. */
class RoutingIT {
    private static final int PARTITIONS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, Object> REGISTRY = Map.of("schema.registry.url", "mock://routing-it");

    private static final List<AllocationChange> LOG = List.of(
            World.given(1, World.worker("w1", "192.168.77.1")),
            World.given(2, World.service()),
            World.given(3, World.instance(World.S1, "w1", "10.18.30.65", SCHEDULED)),
            World.given(4, World.instance(World.S2, "w1", "10.18.30.66", READY)),
            World.takenBack(5, World.instance(World.S2, "w1", "10.18.30.66", READY)));

    @TempDir
    static Path directory;

    private static EmbeddedBroker broker;
    private final List<Throwable> faults = new ArrayList<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Integer> ports = new ArrayList<>();
    private int httpPort;

    @BeforeAll
    static void start() throws Exception {
        broker = EmbeddedBroker.start(directory.resolve("broker"));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
            admin.createTopics(Topics.all().stream()
                            .map(topic -> new NewTopic(topic.name(), PARTITIONS, (short) 1).configs(topic.configs()))
                            .toList())
                    .all()
                    .get();
        }
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void allocationsBecomeRoutesThatCanBeReadAndAskedFor() throws Exception {
        try (AutoCloseable _ = routing("state");
                KafkaProducer<String, Allocation> allocator = producer(Topics.ALLOCATIONS);
                KafkaProducer<String, WorkerStatus> worker = producer(Topics.WORKER_STATUS);
                KafkaConsumer<String, Route> routes = consumer(Topics.ROUTES);
                KafkaConsumer<String, DeploymentEvent> events = consumer(Topics.DEPLOYMENT_EVENTS)) {
            for (String realm : List.of("main", "other")) {
                int partition = RealmPartitioner.partition(realm, PARTITIONS);
                for (AllocationChange change : LOG) {
                    allocator.send(TestRecords.of(realm, change, partition)).get();
                }
            }
            List<ConsumerRecord<String, Route>> read = read(routes, 8);
            assertThat(read)
                    .allSatisfy(record -> assertThat(record.partition())
                            .as(record.key())
                            .isEqualTo(RealmPartitioner.partition(
                                    record.key().startsWith("main|") ? "main" : "other", PARTITIONS)));
            assertThat(read.stream().filter(record -> record.key().startsWith("main|")))
                    .extracting(ConsumerRecord::key)
                    .containsExactly(
                            "main|service|A.prod.S.prod",
                            "main|instance|A.prod.S.prod|1",
                            "main|instance|A.prod.S.prod|2",
                            "main|instance|A.prod.S.prod|2");

            int partition = RealmPartitioner.partition("main", PARTITIONS);
            worker.send(new ProducerRecord<>(
                            Topics.WORKER_STATUS.name(),
                            partition,
                            "main|instance|A.prod.S.prod|1",
                            new WorkerStatus("main", "w1", 1L, new InstanceReport("A.prod.S.prod", 1, true, "", 3L))))
                    .get();
            // Of each realm also that the removal is confirmed: no worker was heard that could have the route.
            assertThat(read(events, 3).stream().filter(record -> record.key().equals("main")))
                    .hasSize(2)
                    .allSatisfy(record -> assertThat(record.partition()).isEqualTo(partition));

            JsonNode all = json("/routes");
            assertThat(all.findValuesAsText("type")).containsExactly("ServiceRoute", "InstanceRoute");
            assertThat(all.get(1).get("namespaceIp").get("v4").asText()).isEqualTo("10.18.30.65");
            assertThat(all.get(1).get("readiness").asText()).isEqualTo("SCHEDULED");
            assertThat(json("/routes/A.prod.S.prod?realm=other").findValuesAsText("type"))
                    .hasSize(2);
            assertThat(json("/routes?realm=nobodys")).isEmpty();
            assertThat(get("/routes/A.prod.X.prod").statusCode()).isEqualTo(404);
            assertThat(get("/routes/A.prod").statusCode()).isEqualTo(400);

            assertThat(get("/health/ready").statusCode()).isEqualTo(200);
            assertThat(get("/topology").body()).contains("worker-routes");
            assertThat(get("/metrics").body())
                    .contains("xylem_routing_reports_total{verdict=\"believed\"} 1.0", "kafka_stream_");
        }
        assertThat(faults).isEmpty();
    }

    @Test
    void whoeverIsAskedAnswersForEveryRealm() throws Exception {
        List<String> realms = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> IntStream.iterate(0, n -> n + 1)
                        .mapToObj(n -> "realm" + n)
                        .filter(name -> RealmPartitioner.partition(name, PARTITIONS) == partition)
                        .findFirst()
                        .orElseThrow())
                .toList();
        try (KafkaProducer<String, Allocation> allocator = producer(Topics.ALLOCATIONS);
                AutoCloseable _ = routing("one");
                AutoCloseable _ = routing("other")) {
            for (String realm : realms) {
                for (AllocationChange change : LOG) {
                    allocator
                            .send(TestRecords.of(realm, change, RealmPartitioner.partition(realm, PARTITIONS)))
                            .get();
                }
            }
            for (int port : ports) {
                httpPort = port;
                await().atMost(PATIENCE).untilAsserted(() -> {
                    assertThat(realms)
                            .as("not all of them are here")
                            .anyMatch(realm -> status("/routes?passed-on=true&realm=" + realm) == 503);
                    for (String realm : realms) {
                        assertThat(json("/routes/A.prod.S.prod?realm=" + realm).findValuesAsText("type"))
                                .hasSize(2);
                        assertThat(json("/routes?realm=" + realm)).hasSize(2);
                        assertThat(json("/workers?realm=" + realm).findValuesAsText("worker"))
                                .containsExactly("w1");
                        assertThat(status("/routes/A.prod.X.prod?realm=" + realm))
                                .isEqualTo(404);
                    }
                });
            }
        }
        assertThat(faults).isEmpty();
    }

    private int status(String path) {
        try {
            return get(path).statusCode();
        } catch (Exception e) {
            throw new AssertionError(path, e);
        }
    }

    private AutoCloseable routing(String state) throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            httpPort = socket.getLocalPort();
        }
        ports.add(httpPort);
        List<String> args = new ArrayList<>();
        Map.of(
                        "bootstrap.servers",
                        broker.bootstrap(),
                        "schema.registry.url",
                        "mock://routing-it",
                        "xylem.http.listen",
                        "127.0.0.1:" + httpPort,
                        "state.dir",
                        directory.resolve(state).toString())
                .forEach((key, value) -> args.addAll(List.of("--override", key + "=" + value)));
        AutoCloseable routing =
                RoutingMain.start(Settings.load(RoutingMain.settings(), args.toArray(String[]::new)), faults::add);
        await().atMost(PATIENCE).until(() -> get("/health/ready").statusCode() == 200);
        return routing;
    }

    private HttpResponse<String> get(String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode json(String path) throws Exception {
        return new ObjectMapper().readTree(get(path).body());
    }

    private static <V> KafkaProducer<String, V> producer(Topic<V> topic) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrap()),
                new StringSerializer(),
                topic.valueSerde(REGISTRY).serializer());
    }

    private static <V> KafkaConsumer<String, V> consumer(Topic<V> topic) {
        KafkaConsumer<String, V> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", broker.bootstrap(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                topic.valueSerde(REGISTRY).deserializer());
        List<TopicPartition> partitions = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            partitions.add(new TopicPartition(topic.name(), i));
        }
        consumer.assign(partitions);
        return consumer;
    }

    private static <V> List<ConsumerRecord<String, V>> read(KafkaConsumer<String, V> consumer, int count) {
        List<ConsumerRecord<String, V>> read = new ArrayList<>();
        await().atMost(PATIENCE).until(() -> {
            consumer.poll(Duration.ofMillis(50)).forEach(read::add);
            return read.size() >= count;
        });
        return read;
    }
}
