package io.xylem.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.model.DualAddress;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.InstanceReport;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.WorkerStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The control side of a worker over its HTTP interface, with Kafka's own mock clients and wiring in memory. */
class ControlTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Node NODE = new Node(1, "127.0.0.1", 1);
    private static final String ATTACH_S1 = """
            {"service":"A.prod.S.prod","instance":1,"netns":"n1","timeoutMs":10000}""";

    /** Wires nothing; knows what would be. */
    private static final class FakeWiring implements Wiring {
        final Set<String> namespaces = ConcurrentHashMap.newKeySet();
        final Map<DualAddress, String> wired = new ConcurrentHashMap<>();
        volatile @Nullable String refusal;

        @Override
        public boolean exists(String netns) {
            return namespaces.contains(netns);
        }

        @Override
        public void attach(String netns, DualAddress namespaceIp) throws IOException {
            String why = refusal;
            if (why != null) {
                throw new IOException(why);
            }
            wired.put(namespaceIp, netns);
        }

        @Override
        public void detach(DualAddress namespaceIp) {
            wired.remove(namespaceIp);
        }
    }

    @TempDir
    private Path directory;

    private final Serde<Route> routeSerde =
            Topics.ROUTES.valueSerde(Map.of("schema.registry.url", "mock://control-" + System.identityHashCode(this)));
    private final Serde<WorkerStatus> statusSerde = Topics.WORKER_STATUS.valueSerde(
            Map.of("schema.registry.url", "mock://control-" + System.identityHashCode(this)));
    private final FakeWiring wiring = new FakeWiring();
    private final Counters counters = new Counters();
    private final AtomicReference<@Nullable Throwable> fault = new AtomicReference<>();
    private final HttpClient client = HttpClient.newHttpClient();
    private MockConsumer<String, byte[]> consumer = newConsumer();
    private MockProducer<String, WorkerStatus> producer = newProducer();
    private volatile @Nullable Control running;
    private Control control;
    private volatile boolean packetsRun = true;
    private long nextOffset;

    private static List<PartitionInfo> partitions(String topic) {
        Node[] nodes = {NODE};
        return List.of(new PartitionInfo(topic, 0, NODE, nodes, nodes));
    }

    private static MockConsumer<String, byte[]> newConsumer() {
        String topic = Topics.ROUTES.name();
        MockConsumer<String, byte[]> made = new MockConsumer<>("none");
        made.updatePartitions(topic, partitions(topic));
        made.updateBeginningOffsets(Map.of(new TopicPartition(topic, 0), 0L));
        made.updateEndOffsets(Map.of(new TopicPartition(topic, 0), 0L));
        return made;
    }

    private MockProducer<String, WorkerStatus> newProducer() {
        Cluster cluster =
                new Cluster("mock", List.of(NODE), partitions(Topics.WORKER_STATUS.name()), Set.of(), Set.of());
        return new MockProducer<>(
                cluster, true, new RealmPartitioner(), new StringSerializer(), statusSerde.serializer());
    }

    /** In the place of the packets' thread. */
    private void turnOfPackets() {
        Control started = running;
        if (packetsRun && started != null) {
            started.takeRouteTable();
        }
    }

    @BeforeEach
    void start() throws IOException {
        control = new Control(
                Samples.BROADCAST,
                new InterestKeeper.Settings(600_000, List.of(), List.of()),
                directory,
                new Control.Outside(
                        () -> consumer,
                        routeSerde.deserializer(),
                        () -> producer,
                        wiring,
                        counters,
                        this::turnOfPackets,
                        Map.of("device", "none"),
                        "127.0.0.1:0",
                        fault::set));
        running = control;
        control.restore();
        control.start();
    }

    @AfterEach
    void stop() {
        control.close();
        assertThat(fault.get()).isNull();
    }

    private void restart() throws IOException {
        control.close();
        producer = newProducer();
        consumer = newConsumer();
        consumer.updateEndOffsets(Map.of(new TopicPartition(Topics.ROUTES.name(), 0), nextOffset));
        start();
    }

    private void route(InstanceAt at) {
        RecordHeaders headers = new RecordHeaders();
        Headers.setVersion(headers, at.version());
        byte[] value = routeSerde.serializer().serialize(Topics.ROUTES.name(), Samples.avro(at));
        var record = new ConsumerRecord<>(
                Topics.ROUTES.name(),
                0,
                nextOffset++,
                0L,
                TimestampType.CREATE_TIME,
                0,
                0,
                Keys.instance(Samples.REALM, at.instance()),
                value,
                headers,
                Optional.empty());
        consumer.schedulePollTask(() -> consumer.addRecord(record));
    }

    private HttpResponse<String> call(String method, String path, String body) throws IOException {
        try {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + control.httpPort() + path))
                            .method(method, HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private List<InstanceReport> reports() {
        return producer.history().stream()
                .map(record -> record.value().getBody())
                .filter(InstanceReport.class::isInstance)
                .map(InstanceReport.class::cast)
                .toList();
    }

    private static String code(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body()).path("code").asText();
    }

    @Test
    void anAttachWaitsForItsRouteThenWiresAndReportsAndAnswersWithTheAddresses() throws Exception {
        wiring.namespaces.add("n1");
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return call("POST", "/instances", ATTACH_S1);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        route(Samples.at(Samples.S1, "w2", InstanceState.SCHEDULED, 6));
        await().until(() -> control.routeTable().version() == 6);
        assertThat(answer).isNotDone();
        route(Samples.at(Samples.S1, "w1", InstanceState.SCHEDULED, 7));

        assertThat(answer.get().statusCode()).as(answer.get().body()).isEqualTo(200);
        JsonNode body = JSON.readTree(answer.get().body());
        assertThat(body.at("/instanceIp/v4").asText()).isEqualTo("10.30.0.2");
        assertThat(body.at("/namespaceIp/v4").asText()).isEqualTo("10.18.30.65");
        assertThat(body.at("/namespaceIp/v6").asText()).isEqualTo("fc00::7901");
        assertThat(wiring.wired).containsExactlyEntriesOf(Map.of(Samples.address("10.18.30.65", "fc00::7901"), "n1"));
        assertThat(control.attachments().all()).hasSize(1);
        assertThat(reports()).contains(new InstanceReport("A.prod.S.prod", 1, true, "", 7L));
    }

    @Test
    void theReportIsRepeatedUntilTheRouteIsReadyAndNotAfter() throws Exception {
        wiring.namespaces.add("n1");
        route(Samples.at(Samples.S1, "w1", InstanceState.SCHEDULED, 7));
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode()).isEqualTo(200);
        await().until(() -> reports().size() >= 3);
        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 8));
        await().until(() -> control.routeTable().version() == 8);
        await().until(() -> heartbeatsOf(8) >= 1);
        int heard = reports().size();
        await().until(() -> heartbeatsOf(8) >= 3);
        assertThat(reports()).hasSize(heard);
    }

    private long heartbeatsOf(long version) {
        return producer.history().stream()
                .filter(record -> record.key().equals("main|worker|w1")
                        && record.value().getBody() instanceof Heartbeat heartbeat
                        && heartbeat.getAppliedVersion() == version)
                .count();
    }

    @Test
    void aVersionIsAppliedWhenPacketsGoByItAndThenItIsSaidAtOnce() {
        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 7));
        await().until(() -> heartbeatsOf(7) >= 1);
        packetsRun = false;
        route(Samples.at(Samples.S1, "w1", InstanceState.UNREADY, 9));
        await().until(() -> control.routeTable().version() == 9);
        long before = heartbeatsOf(7);
        await().until(() -> heartbeatsOf(7) >= before + 2);
        assertThat(heartbeatsOf(9)).as("no packet went by it yet").isZero();
        control.takeRouteTable();
        await().until(() -> heartbeatsOf(9) >= 1);
    }

    @Test
    void whatCanNotBeAttachedSaysWhy() throws Exception {
        wiring.namespaces.addAll(Set.of("n1", "n2"));
        assertThat(code(call("POST", "/instances", "{\"service\":\"A.prod.S.prod\"}")))
                .isEqualTo("MALFORMED_REQUEST");
        assertThat(code(call("POST", "/instances", "no JSON"))).isEqualTo("MALFORMED_REQUEST");
        HttpResponse<String> badName = call("POST", "/instances", ATTACH_S1.replace("A.prod.S.prod", "A"));
        assertThat(badName.statusCode()).isEqualTo(400);
        assertThat(badName.body()).contains("not a service name");
        assertThat(code(call("POST", "/instances", ATTACH_S1.replace("n1", "n9"))))
                .isEqualTo("NO_SUCH_NETNS");

        HttpResponse<String> unplaced = call("POST", "/instances", ATTACH_S1.replace("10000", "1"));
        assertThat(unplaced.statusCode()).isEqualTo(504);
        assertThat(unplaced.body()).contains("NOT_PLACED_HERE", "no route of it is known");

        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 7));
        route(Samples.at(Samples.S2, "w1", InstanceState.READY, 8));
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode()).isEqualTo(200);
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode())
                .as("again")
                .isEqualTo(200);
        assertThat(code(call("POST", "/instances", ATTACH_S1.replace("n1", "n2"))))
                .isEqualTo("ATTACHED_ELSEWHERE");
        String second = ATTACH_S1.replace("\"instance\":1", "\"instance\":2");
        assertThat(code(call("POST", "/instances", second))).isEqualTo("NETNS_IN_USE");
        wiring.refusal = "already has an eth0";
        HttpResponse<String> refused = call("POST", "/instances", second.replace("n1", "n2"));
        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body()).contains("NETWORK_REFUSED", "already has an eth0");
        assertThat(control.attachments().all()).hasSize(1);
        assertThat(code(call("DELETE", "/instances/A.prod.S.prod/2", ""))).isEqualTo("NOT_ATTACHED");
        assertThat(code(call("DELETE", "/instances/A.prod.S.prod", ""))).isEqualTo("MALFORMED_REQUEST");
    }

    @Test
    void aDetachUnwiresForgetsAndReports() throws Exception {
        wiring.namespaces.add("n1");
        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 7));
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode()).isEqualTo(200);
        assertThat(call("DELETE", "/instances/A.prod.S.prod/1", "").statusCode())
                .isEqualTo(204);
        assertThat(wiring.wired).isEmpty();
        assertThat(control.attachments().all()).isEmpty();
        await().until(() -> reports().contains(new InstanceReport("A.prod.S.prod", 1, false, "detached", 7L)));
        restart();
        assertThat(control.attachments().all()).isEmpty();
    }

    @Test
    void whatIsAttachedAgainBeforeItsDetachWasHeardIsReadyInTheEnd() throws Exception {
        wiring.namespaces.add("n1");
        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 7));
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode()).isEqualTo(200);
        assertThat(call("DELETE", "/instances/A.prod.S.prod/1", "").statusCode())
                .isEqualTo(204);
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode()).isEqualTo(200);
        assertThat(reports().getLast().getReady()).isTrue();
        long before = heartbeatsOf(7);
        await().until(() -> heartbeatsOf(7) >= before + 2);
        assertThat(reports().getLast().getReady()).isTrue();
    }

    @Test
    void aRestartFindsItsInstancesBeforeAnyBroker() throws Exception {
        wiring.namespaces.add("n1");
        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 7));
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode()).isEqualTo(200);
        control.close();
        assertThat(wiring.wired).as("ending the proxy takes nothing off").hasSize(1);
        wiring.wired.clear();
        restart();
        assertThat(wiring.wired).hasSize(1);
        assertThat(control.attachments().all()).hasSize(1);
        assertThat(control.routeTable().instanceCount()).isEqualTo(1);
    }

    @Test
    void anInstanceWhoseNamespaceIsGoneIsTakenOffAndReported() throws Exception {
        wiring.namespaces.add("n1");
        route(Samples.at(Samples.S1, "w1", InstanceState.READY, 7));
        assertThat(call("POST", "/instances", ATTACH_S1).statusCode()).isEqualTo(200);
        wiring.namespaces.clear();
        restart();
        assertThat(control.attachments().all()).isEmpty();
        await().until(() ->
                reports().contains(new InstanceReport("A.prod.S.prod", 1, false, "its network namespace is gone", 7L)));
    }

    @Test
    void aListOfInstancesThatCanNotBeReadStopsTheStart() throws Exception {
        control.close();
        Files.writeString(directory.resolve("attachments.json"), "{\"format\":99,\"attachments\":[]}");
        org.assertj.core.api.Assertions.assertThatThrownBy(this::restart)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("attachments.json")
                .hasMessageContaining("format 99");
    }

    @Test
    void statusAndMetricsShowDropsByReason() throws Exception {
        counters.drop(Counters.Direction.OUTBOUND, Drop.UNKNOWN_DESTINATION, 3);
        counters.add(Counters.Count.SENT_PACKETS, 5);
        JsonNode status = JSON.readTree(call("GET", "/status", "").body());
        assertThat(status.at("/worker").asText()).isEqualTo("w1");
        assertThat(status.at("/drops/outbound/UNKNOWN_DESTINATION").asLong()).isEqualTo(3);
        assertThat(status.at("/counters/sent_packets").asLong()).isEqualTo(5);
        assertThat(call("GET", "/metrics", "").body())
                .contains(
                        "xylem_proxy_dropped_packets_total{direction=\"outbound\",reason=\"UNKNOWN_DESTINATION\"} 3.0",
                        "xylem_proxy_sent_packets_total 5.0");
        await().until(() -> call("GET", "/health/ready", "").statusCode() == 200);
    }
}
