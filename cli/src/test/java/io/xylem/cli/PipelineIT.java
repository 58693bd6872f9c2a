package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.cli.cluster.ClusterState;
import io.xylem.cli.cluster.Progress;
import io.xylem.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From an event to its route, over a real broker, a real registry and both streams, and what malformed input comes to. */
class PipelineIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void anEventBecomesARoute(@TempDir Path dir) throws Exception {
        List<JsonNode> outcomes = accepted(
                dir,
                joined("p1"),
                "{\"type\":\"ServiceRegistered\",\"service\":\"pipe.prod.S.prod\"}",
                "{\"type\":\"InstanceScheduled\",\"service\":\"pipe.prod.S.prod\",\"instance\":1,\"worker\":\"p1\"}",
                "{\"type\":\"InstanceReady\",\"service\":\"pipe.prod.S.prod\",\"instance\":1}");
        JsonNode scheduled = outcomes.get(2);

        await().atMost(PATIENCE)
                .until(() -> get("routes", "pipe.prod.S.prod").stream()
                        .anyMatch(route -> route.path("readiness").asText().equals("READY")));
        assertThat(get("routes", "pipe.prod.S.prod"))
                .filteredOn(route -> route.path("type").asText().equals("InstanceRoute"))
                .singleElement()
                .satisfies(route -> {
                    assertThat(route.path("instanceIp")).isEqualTo(scheduled.path("instanceIp"));
                    assertThat(route.path("namespaceIp")).isEqualTo(scheduled.path("namespaceIp"));
                    assertThat(route.path("worker").asText()).isEqualTo("p1");
                    assertThat(route.path("underlay").path("address").asText()).isEqualTo("192.168.90.1");
                    assertThat(route.path("version").asLong())
                            .isEqualTo(outcomes.get(3).path("offset").asLong());
                });
        assertThat(get("routes", "pipe.prod.S.prod"))
                .filteredOn(route -> route.path("type").asText().equals("ServiceRoute"))
                .singleElement()
                .satisfies(route -> assertThat(route.path("serviceIps"))
                        .isEqualTo(outcomes.get(1).path("serviceIps")));
        assertThat(get("instances", "pipe.prod.S.prod")).hasSize(1);

        accepted(dir, "{\"type\":\"InstanceRemoved\",\"service\":\"pipe.prod.S.prod\",\"instance\":1}");
        await().atMost(PATIENCE)
                .until(() -> get("routes", "pipe.prod.S.prod").stream()
                        .noneMatch(route -> route.path("type").asText().equals("InstanceRoute")));
    }

    @Test
    void aLineThatIsNoEventIsReportedInItsPlaceAndTheRestGoesOn(@TempDir Path dir) throws Exception {
        Cli.Result result = publish(
                dir,
                "{\"type\":\"ServiceRegistered\",\"service\":\"lines.prod.A.prod\"}",
                "{\"type\":\"ServiceRegistered\",\"service\":",
                "{\"type\":\"WorkerExploded\",\"worker\":\"w1\"}",
                "{\"type\":\"InstanceScheduled\",\"service\":\"lines.prod.A.prod\",\"worker\":\"w1\"}",
                "{\"type\":\"InstanceScheduled\",\"service\":\"lines.prod.A.prod\",\"instance\":1,\"worker\":\"nobody\"}",
                "{\"type\":\"ServiceRegistered\",\"service\":\"lines.prod.B.prod\"}");
        assertThat(result.status()).isEqualTo(1);
        assertThat(outcomes(result))
                .extracting(
                        outcome -> outcome.path("status").asText(),
                        outcome -> outcome.path("code").asText(),
                        outcome -> outcome.path("line").asInt())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("accepted", "", 0),
                        org.assertj.core.groups.Tuple.tuple("rejected", "MALFORMED_EVENT", 2),
                        org.assertj.core.groups.Tuple.tuple("rejected", "MALFORMED_EVENT", 3),
                        org.assertj.core.groups.Tuple.tuple("rejected", "MALFORMED_EVENT", 4),
                        org.assertj.core.groups.Tuple.tuple("rejected", "UNKNOWN_WORKER", 0),
                        org.assertj.core.groups.Tuple.tuple("accepted", "", 0));
    }

    @Test
    void bytesThatAreNoEventEndInDeadLettersAndTheNextEventIsHandled(@TempDir Path dir) throws Exception {
        List<byte[]> wrong = List.of(
                "not Avro at all".getBytes(StandardCharsets.UTF_8),
                new byte[] {0, 0x7f, 0, 0, 1, 42}, // a schema that nobody registered
                new byte[] {0});
        List<Long> offsets = new ArrayList<>();
        try (var producer = new KafkaProducer<>(
                Map.<String, Object>of(
                        "bootstrap.servers", SharedCluster.state().bootstrap()),
                new StringSerializer(),
                new ByteArraySerializer())) {
            for (byte[] bytes : wrong) {
                offsets.add(producer.send(new ProducerRecord<>(Topics.DEPLOYMENT_EVENTS.name(), "main", bytes))
                        .get()
                        .offset());
            }
        }
        accepted(dir, "{\"type\":\"ServiceRegistered\",\"service\":\"dead.prod.A.prod\"}");

        Map<String, byte[]> letters = new HashMap<>();
        try (var consumer = deadLetters()) {
            await().atMost(PATIENCE).until(() -> {
                consumer.poll(Duration.ofMillis(100)).forEach(letter -> letters.put(origin(letter), letter.value()));
                return offsets.stream()
                        .allMatch(offset -> letters.containsKey(Topics.DEPLOYMENT_EVENTS.name() + "@" + offset));
            });
        }
        for (int i = 0; i < wrong.size(); i++) {
            assertThat(letters.get(Topics.DEPLOYMENT_EVENTS.name() + "@" + offsets.get(i)))
                    .isEqualTo(wrong.get(i));
        }
    }

    @Test
    void anEventSentAgainHasTheSameOutcome(@TempDir Path dir) throws Exception {
        String event = "{\"type\":\"ServiceRegistered\",\"id\":\"again-1\",\"service\":\"again.prod.A.prod\"}";
        List<JsonNode> twice = accepted(dir, event, event);
        assertThat(twice.get(1)).isEqualTo(twice.get(0));
        assertThat(accepted(dir, event)).containsExactly(twice.get(0));
    }

    @Test
    void aDescriptorIsPublishedAndWhatIsLeftOutIsSaid(@TempDir Path dir) throws Exception {
        Cli.Result result = publish(
                dir,
                "{\"applications\":[{\"application_name\":\"sla\",\"application_namespace\":\"prod\",\"microservices\":[",
                "{\"microservice_name\":\"web\",\"microservice_namespace\":\"prod\",\"memory\":100,",
                " \"addresses\":{\"rr_ip\":\"10.30.200.1\"}}]}]}");
        assertThat(result.status()).as(result.err()).isZero();
        assertThat(result.err()).contains("sla.prod.web.prod: no use for memory");
        assertThat(outcomes(result))
                .singleElement()
                .satisfies(outcome -> assertThat(outcome.path("serviceIps")
                                .path(0)
                                .path("Address")
                                .asText())
                        .isEqualTo("10.30.200.1"));
    }

    @Test
    void topicsAndSchemasAreAsTheCatalogueSays() throws Exception {
        Cli.Result check = SharedCluster.run("topics", "check");
        assertThat(check.status()).as(check.out() + check.err()).isZero();
        Cli.Result create = SharedCluster.run("topics", "create");
        assertThat(create.status()).as(create.err()).isZero();
        assertThat(create.out()).doesNotContain("created", "is now");
        Cli.Result other = SharedCluster.run("topics", "check", "--partitions", "3");
        assertThat(other.status()).isEqualTo(1);
        assertThat(other.out()).contains("xylem.routes: partitions is 1, not 3");
    }

    @Test
    void aClusterThatGoesDownAndUpHasAllItsData(@TempDir Path dir) throws Exception {
        List<JsonNode> before =
                accepted(dir, joined("r1"), "{\"type\":\"ServiceRegistered\",\"service\":\"restart.prod.A.prod\"}");
        JsonNode service = JSON.readTree(SharedCluster.run("get", "services", "restart.prod.A.prod", "-o", "json")
                .out());
        assertThat(SharedCluster.run("status").status()).isZero();

        assertThat(SharedCluster.run("down").status()).isZero();
        assertThat(SharedCluster.run("status").status()).isEqualTo(1);
        assertThat(SharedCluster.run("get", "services").err()).contains("no development cluster runs");
        ClusterState restarted = SharedCluster.cluster().up(List.of(), Progress.SILENT);
        assertThat(restarted.processes()).hasSize(4);

        Cli.Result again = SharedCluster.run("up", "--workers", "0");
        assertThat(again.status()).isZero();
        assertThat(again.err()).contains("is running already");
        assertThat(JSON.readTree(SharedCluster.run("get", "services", "restart.prod.A.prod", "-o", "json")
                        .out()))
                .isEqualTo(service);
        // The allocator knows them too: nothing changes, and the next address is a fresh one.
        List<JsonNode> after = accepted(
                dir,
                joined("r1"),
                "{\"type\":\"ServiceRegistered\",\"service\":\"restart.prod.A.prod\"}",
                "{\"type\":\"ServiceRegistered\",\"service\":\"restart.prod.B.prod\"}");
        assertThat(after.get(0).path("unchanged").asBoolean()).isTrue();
        assertThat(after.get(0).path("subnet")).isEqualTo(before.get(0).path("subnet"));
        assertThat(after.get(1).path("serviceIps")).isEqualTo(before.get(1).path("serviceIps"));
        assertThat(after.get(2).path("serviceIps")).isNotEqualTo(before.get(1).path("serviceIps"));
    }

    /** Whatever the tests of this JVM did to the cluster: rejections, quarantine, bytes that can't be read, a restart. */
    @AfterAll
    static void theAuditFindsNothing() throws Exception {
        Cli.Result verify = SharedCluster.run("audit", "verify", "--from-start");
        assertThat(verify.status()).as(verify.out() + verify.err()).isZero();
        assertThat(verify.out()).contains("clean: ").contains("unreadable events, which have no outcome");
        await("routes that agree with the allocations")
                .atMost(PATIENCE)
                .until(() -> SharedCluster.run("audit", "leaks").status() == 0);
    }

    private static String joined(String worker) {
        return "{\"type\":\"WorkerJoined\",\"worker\":\"" + worker
                + "\",\"cluster\":\"it\",\"underlay\":{\"address\":\"192.168.90.1\",\"port\":50103}}";
    }

    private static Cli.Result publish(Path dir, String... lines) throws Exception {
        Path file = Files.writeString(dir.resolve("events.jsonl"), String.join("\n", lines));
        return SharedCluster.run("publish", file.toString(), "-o", "json");
    }

    private static List<JsonNode> accepted(Path dir, String... lines) throws Exception {
        Cli.Result result = publish(dir, lines);
        assertThat(result.status()).as(result.out() + result.err()).isZero();
        return outcomes(result);
    }

    private static List<JsonNode> outcomes(Cli.Result result) throws Exception {
        var outcomes = new ArrayList<JsonNode>();
        for (String line : result.lines()) {
            outcomes.add(JSON.readTree(line));
        }
        return outcomes;
    }

    private static List<JsonNode> get(String kind, String name) throws Exception {
        Cli.Result result = SharedCluster.run("get", kind, name, "-o", "json");
        var items = new ArrayList<JsonNode>();
        if (result.status() == 0) {
            JSON.readTree(result.out()).path("items").forEach(items::add);
        }
        return items;
    }

    private static KafkaConsumer<byte[], byte[]> deadLetters() throws Exception {
        var consumer = new KafkaConsumer<>(
                Map.<String, Object>of(
                        "bootstrap.servers", SharedCluster.state().bootstrap(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        var partition = new TopicPartition(Topics.DEAD_LETTERS.name(), 0);
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        return consumer;
    }

    /** {@code topic@offset} of the record that could not be read. */
    private static String origin(ConsumerRecord<byte[], byte[]> letter) {
        return header(letter, "__streams.errors.topic") + "@" + header(letter, "__streams.errors.offset");
    }

    private static String header(ConsumerRecord<byte[], byte[]> letter, String name) {
        Header header = letter.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
