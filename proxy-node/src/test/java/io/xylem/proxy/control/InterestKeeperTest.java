package io.xylem.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.FlowCounts;
import io.xylem.proxy.domain.RouteFold;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Interests;
import io.xylem.schemas.avro.WorkerStatus;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a worker tells routing that it wants, with Kafka's mock producer. */
class InterestKeeperTest {
    private static final Ipv6 SERVICE_IP = Addresses.parse("10.30.0.1");
    private static final Ipv6 NOBODYS = Addresses.parse("fdff::99");

    private final Serde<WorkerStatus> serde = Topics.WORKER_STATUS.valueSerde(
            Map.of("schema.registry.url", "mock://interests-" + System.identityHashCode(this)));
    private final MockProducer<String, WorkerStatus> producer = producer();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final Routes routes = new Routes("w1");
    private final RouteFold fold = new RouteFold("w1");
    private final AtomicInteger woken = new AtomicInteger();

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

    private InterestKeeper start(FeedSource source) {
        InterestKeeper keeper = new InterestKeeper(
                source,
                new InterestKeeper.Settings(
                        600_000, List.of(Ipv4Prefix.parse("10.30.0.0/16")), List.of(Ipv6Prefix.parse("fdff::/16"))),
                new StatusSender(Samples.REALM, "w1", () -> producer, () -> 0),
                thread,
                routes,
                () -> FlowCounts.NONE,
                System::nanoTime,
                100,
                woken::incrementAndGet);
        keeper.restore(List.of());
        keeper.start();
        return keeper;
    }

    @AfterEach
    void stop() throws InterruptedException {
        thread.shutdown();
        assertThat(thread.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private List<Interests> said() {
        return producer.history().stream()
                .filter(record -> record.key().equals("main|interest|w1"))
                .map(record -> (Interests) record.value().getBody())
                .toList();
    }

    private static Interests interests(long sequence, List<String> services, List<String> addresses) {
        return new Interests(sequence, services, addresses);
    }

    @Test
    void theWholeSetIsSaidWhenItChanges() {
        InterestKeeper keeper = start(Samples.INTEREST);
        await().until(() -> said().size() == 1);
        assertThat(said().getFirst()).isEqualTo(interests(100, List.of(), List.of()));
        assertThat(keeper.ask(SERVICE_IP)).isTrue();
        await().until(() -> said().size() == 2);
        assertThat(said().getLast()).isEqualTo(interests(101, List.of(), List.of("10.30.0.1")));

        fold.apply(Samples.at(Samples.S1, "w2", InstanceState.READY, 3));
        fold.apply(Samples.service(2));
        routes.publish(fold);
        keeper.routesChanged();
        await().until(() -> said().size() == 3);
        assertThat(said().getLast()).isEqualTo(interests(102, List.of("A.prod.S.prod"), List.of()));
        assertThat(keeper.wanted().services()).containsExactly(Samples.S);
    }

    @Test
    void thatNobodyHasAnAddressIsToldToPacketsIfTheyAsked() {
        InterestKeeper keeper = start(Samples.INTEREST);
        keeper.unknown(NOBODYS); // the answer to a question of an earlier run
        keeper.ask(NOBODYS);
        keeper.ask(SERVICE_IP);
        await().until(() ->
                !said().isEmpty() && said().getLast().getAddresses().equals(List.of("10.30.0.1", "fdff::99")));
        assertThat(keeper.takeUnknown()).isNull();
        keeper.unknown(NOBODYS);
        await().until(() -> said().getLast().getAddresses().equals(List.of("10.30.0.1")));
        assertThat(keeper.takeUnknown()).isEqualTo(NOBODYS);
        assertThat(keeper.takeUnknown()).isNull();
        assertThat(woken).hasPositiveValue();
    }

    @Test
    void whatCouldNotBeSaidIsSaidAgain() {
        producer.sendException = new TimeoutException("no broker");
        InterestKeeper keeper = start(Samples.INTEREST);
        keeper.ask(SERVICE_IP);
        await().until(() -> keeper.wanted().addresses().contains(SERVICE_IP));
        producer.sendException = null;
        await().until(() -> !said().isEmpty());
        assertThat(said().getLast()).isEqualTo(interests(101, List.of(), List.of("10.30.0.1")));
    }

    @Test
    void whoHearsEverythingAsksForNothing() {
        InterestKeeper keeper = start(Samples.BROADCAST);
        assertThat(keeper.mayBeKnown(SERVICE_IP.high(), SERVICE_IP.low())).isFalse();
        await().until(() -> said().size() == 1);
        assertThat(said().getFirst()).isEqualTo(interests(100, List.of(), List.of()));
    }

    @Test
    void onlyAddressesOfTheOverlayAreAskedFor() {
        InterestKeeper keeper = start(Samples.INTEREST);
        for (String inside : List.of("10.30.0.1", "10.30.255.255", "fdff::1")) {
            Ipv6 address = Addresses.parse(inside);
            assertThat(keeper.mayBeKnown(address.high(), address.low()))
                    .as(inside)
                    .isTrue();
        }
        for (String outside : List.of("10.31.0.1", "8.8.8.8", "fe80::1", "ff02::2")) {
            Ipv6 address = Addresses.parse(outside);
            assertThat(keeper.mayBeKnown(address.high(), address.low()))
                    .as(outside)
                    .isFalse();
        }
    }
}
