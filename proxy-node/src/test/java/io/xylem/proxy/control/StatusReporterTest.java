package io.xylem.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.FlowCounts;
import io.xylem.proxy.domain.RouteFold;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.InstanceFlows;
import io.xylem.schemas.avro.LoadReport;
import io.xylem.schemas.avro.WorkerStatus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a worker says by itself, with Kafka's mock producer. */
class StatusReporterTest {
    private final Serde<WorkerStatus> serde = Topics.WORKER_STATUS.valueSerde(
            Map.of("schema.registry.url", "mock://status-" + System.identityHashCode(this)));
    private final MockProducer<String, WorkerStatus> producer = producer();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final Routes routes = new Routes("w1");
    private volatile Map<InstanceName, Integer> hosted = Map.of();
    private final FlowCounts flows = new FlowCounts() {
        @Override
        public Map<InstanceName, Integer> hosted() {
            return hosted;
        }

        @Override
        public boolean any(ServiceName service) {
            return false;
        }
    };

    private MockProducer<String, WorkerStatus> producer() {
        Node node = new Node(1, "127.0.0.1", 1);
        Node[] nodes = {node};
        List<PartitionInfo> partitions = List.of(new PartitionInfo(Topics.WORKER_STATUS.name(), 0, node, nodes, nodes));
        return new MockProducer<>(
                new Cluster("mock", List.of(node), partitions, Set.of(), Set.of()),
                true,
                new RealmPartitioner(),
                new StringSerializer(),
                serde.serializer());
    }

    @BeforeEach
    void start() {
        InstanceAt at = Samples.at(Samples.S1, "w1", InstanceState.READY, 3);
        Attachments attached =
                Attachments.of(List.of(new Attachment(at.instance(), at.instanceIp(), at.namespaceIp())));
        StatusSender sender = new StatusSender(Samples.REALM, "w1", () -> producer, () -> 0);
        new StatusReporter(Samples.INTEREST, sender, thread, routes, () -> attached, () -> flows, System::nanoTime)
                .start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        thread.shutdown();
        assertThat(thread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private <T> List<T> said(String key, Class<T> body) {
        return producer.history().stream()
                .filter(record -> record.key().equals(key))
                .map(record -> body.cast(record.value().getBody()))
                .toList();
    }

    private List<LoadReport> loads() {
        return said("main|load|w1", LoadReport.class);
    }

    private List<Heartbeat> heartbeats() {
        return said("main|worker|w1", Heartbeat.class);
    }

    private static LoadReport load(int flows) {
        return new LoadReport(List.of(new InstanceFlows("A.prod.S.prod", 1, flows)));
    }

    @Test
    void theFlowsOfItsOwnInstancesAreSaidWhenTheyChange() {
        await().until(() -> loads().size() == 1);
        assertThat(loads().getFirst()).as("an earlier run may have said more").isEqualTo(new LoadReport(List.of()));
        hosted = Map.of(Samples.S1, 7, Samples.S2, 9);
        await().until(() -> loads().size() == 2);
        assertThat(loads().getLast()).isEqualTo(load(7));
        int before = heartbeats().size();
        await().until(() -> heartbeats().size() >= before + 4);
        assertThat(loads()).as("nothing changed").hasSize(2);
    }

    @Test
    void aLoadThatTheBrokerDidNotTakeIsSaidAgain() {
        await().until(() -> loads().size() == 1);
        AtomicBoolean refused = new AtomicBoolean();
        hosted = new HashMap<>(Map.of(Samples.S1, 7)) {
            @Override
            public boolean containsKey(Object instance) {
                // It is looked at just before it is sent.
                producer.sendException = refused.compareAndSet(false, true) ? new TimeoutException("no broker") : null;
                return super.containsKey(instance);
            }
        };
        await().until(() -> loads().contains(load(7)));
        assertThat(refused).isTrue();
    }

    @Test
    void aHundredTablesAreSaidInAFewHeartbeatsAndTheLastOneAmongThem() {
        await().until(() -> !heartbeats().isEmpty());
        RouteFold fold = new RouteFold("w1");
        int before = heartbeats().size();
        for (int version = 1; version <= 100; version++) {
            fold.apply(Samples.at(Samples.S1, "w1", InstanceState.READY, version));
            routes.publish(fold);
            routes.take();
        }
        await().until(() -> heartbeats().getLast().getAppliedVersion() == 100);
        assertThat(heartbeats().size() - before).isLessThan(50);
        assertThat(heartbeats().getLast().getFeed()).isEqualTo("interest");
    }
}
