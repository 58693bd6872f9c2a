package io.xylem.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.model.DualAddress;
import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.FlowCounts;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.InstanceReport;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.WorkerStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
import org.junit.jupiter.api.io.TempDir;

/** The control side of a worker, between mock clients of Kafka and a wiring that only remembers. */
abstract class ControlFixture {
    static final ObjectMapper JSON = new ObjectMapper();
    static final Node NODE = new Node(1, "127.0.0.1", 1);
    static final String ATTACH_S1 = """
        {"service":"A.prod.S.prod","instance":1,"netns":"n1","timeoutMs":10000}\
        """;

    /** Wires nothing; knows what would be. */
    static final class FakeWiring implements Wiring {
        final Set<String> namespaces = ConcurrentHashMap.newKeySet();
        final Map<DualAddress, String> wired = new ConcurrentHashMap<>();
        final Set<Integer> listeners = ConcurrentHashMap.newKeySet();
        volatile @Nullable String refusal;
        volatile List<Exposed> exposed = List.of();
        volatile boolean refusesPorts;

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

        @Override
        public boolean isFree(Port port) {
            return !listeners.contains(port.ofNode());
        }

        @Override
        public void expose(Collection<Exposed> instances) throws IOException {
            if (refusesPorts && instances.stream().anyMatch(one -> !one.ports().isEmpty())) {
                throw new IOException("no nft here");
            }
            exposed = List.copyOf(instances);
        }
    }

    @TempDir
    Path directory;

    final Serde<Route> routeSerde =
            Topics.ROUTES.valueSerde(Map.of("schema.registry.url", "mock://control-" + System.identityHashCode(this)));
    final Serde<WorkerStatus> statusSerde = Topics.WORKER_STATUS.valueSerde(
            Map.of("schema.registry.url", "mock://control-" + System.identityHashCode(this)));
    final FakeWiring wiring = new FakeWiring();
    final Counters counters = new Counters();
    final AtomicReference<@Nullable Throwable> fault = new AtomicReference<>();
    final HttpClient client = HttpClient.newHttpClient();
    MockConsumer<String, byte[]> consumer = newConsumer();
    MockProducer<String, WorkerStatus> producer = newProducer();
    volatile @Nullable Control running;
    Control control;
    volatile boolean packetsRun = true;
    long nextOffset;

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
        control.flowCounts(new FlowCounts() {
            @Override
            public Map<InstanceName, Integer> hosted() {
                return Map.of(Samples.S1, 7);
            }

            @Override
            public boolean any(ServiceName service) {
                return false;
            }
        });
        running = control;
        control.restore();
        control.start();
    }

    @AfterEach
    void stop() {
        control.close();
        assertThat(fault.get()).isNull();
    }

    void restart() throws IOException {
        control.close();
        producer = newProducer();
        consumer = newConsumer();
        consumer.updateEndOffsets(Map.of(new TopicPartition(Topics.ROUTES.name(), 0), nextOffset));
        start();
    }

    void route(InstanceAt at) {
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

    HttpResponse<String> call(String method, String path, String body) throws IOException {
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

    List<InstanceReport> reports() {
        return producer.history().stream()
                .map(record -> record.value().getBody())
                .filter(InstanceReport.class::isInstance)
                .map(InstanceReport.class::cast)
                .toList();
    }

    static String code(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body()).path("code").asText();
    }
}
