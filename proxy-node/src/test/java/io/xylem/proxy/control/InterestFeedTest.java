package io.xylem.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.AddressUnknown;
import io.xylem.schemas.avro.InstanceLoad;
import io.xylem.schemas.avro.Route;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The feed of a worker that hears of its interests only. */
class InterestFeedTest {
    private static final String TOPIC = Topics.WORKER_ROUTES.name();
    private static final int PARTITIONS = 16;
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, Samples.INTEREST.partition(PARTITIONS));

    @TempDir
    private Path directory;

    private final Serde<Route> serde = Topics.WORKER_ROUTES.valueSerde(
            Map.of("schema.registry.url", "mock://interest-feed-" + System.identityHashCode(this)));
    private final Map<InstanceName, Integer> loads = new ConcurrentHashMap<>();
    private final List<Ipv6> unknown = new CopyOnWriteArrayList<>();
    private volatile List<ServiceName> wanted = List.of();
    private Routes routes = new Routes("w1");
    private MockConsumer<String, byte[]> consumer = consumer();
    private @Nullable Thread thread;
    private @Nullable RouteFeed feed;
    private long nextOffset;

    private final RouteFeed.Listener listener = new RouteFeed.Listener() {
        @Override
        public void load(InstanceName instance, int flows) {
            loads.put(instance, flows);
        }

        @Override
        public void unknown(Ipv6 address) {
            unknown.add(address);
        }

        @Override
        public void routesChanged() {}

        @Override
        public List<ServiceName> interests() {
            return wanted;
        }
    };

    private MockConsumer<String, byte[]> consumer() {
        MockConsumer<String, byte[]> made = new MockConsumer<>("none");
        Node node = new Node(1, "127.0.0.1", 1);
        Node[] nodes = {node};
        made.updatePartitions(
                TOPIC,
                IntStream.range(0, PARTITIONS)
                        .mapToObj(n -> new PartitionInfo(TOPIC, n, node, nodes, nodes))
                        .toList());
        made.updateBeginningOffsets(Map.of(PARTITION, 0L));
        made.updateEndOffsets(Map.of(PARTITION, nextOffset));
        return made;
    }

    private void publish(String key, long version, boolean more, @Nullable Route value) {
        RecordHeaders headers = new RecordHeaders();
        Headers.setVersion(headers, version);
        if (more) {
            Headers.setMore(headers);
        }
        var record = new ConsumerRecord<>(
                TOPIC,
                PARTITION.partition(),
                nextOffset++,
                0L,
                TimestampType.CREATE_TIME,
                0,
                0,
                key,
                value == null ? null : serde.serializer().serialize(TOPIC, value),
                headers,
                Optional.empty());
        consumer.updateEndOffsets(Map.of(PARTITION, nextOffset));
        consumer.schedulePollTask(() -> consumer.addRecord(record));
    }

    private static String fed(String worker, InstanceName instance) {
        return Keys.fed(worker, Keys.instance(Samples.REALM, instance));
    }

    private void publish(InstanceAt at) {
        publish(fed("w1", at.instance()), at.version(), false, Samples.avro(at));
    }

    private void publishService(long version) {
        publish(
                Keys.fed("w1", Keys.service(Samples.REALM, Samples.S)),
                version,
                false,
                Samples.avro(Samples.service(version)));
    }

    @BeforeEach
    void registerSchema() {
        serde.serializer().serialize(TOPIC, Samples.avro(Samples.service(1)));
    }

    private RouteFeed start() throws IOException {
        return start(() -> {});
    }

    private RouteFeed start(Runnable afterRestore) throws IOException {
        RouteFeed started = new RouteFeed(
                Samples.INTEREST,
                directory.resolve("routes.bin"),
                () -> consumer,
                serde.deserializer(),
                routes,
                listener,
                System::currentTimeMillis);
        wanted = started.restore();
        afterRestore.run();
        feed = started;
        thread = Thread.ofPlatform().start(started);
        return started;
    }

    @AfterEach
    void stop() throws InterruptedException {
        if (feed != null && thread != null) {
            feed.close();
            thread.join();
        }
    }

    private long version() {
        return routes.table().version();
    }

    @Test
    void readsItsOwnPartitionAndPassesOverWhatIsForOthers() throws IOException {
        publish(fed("w2", Samples.S2), 5, false, Samples.avro(Samples.at(Samples.S2, "w2", InstanceState.READY, 5)));
        publish(Keys.instance(Samples.REALM, Samples.S2), 6, false, null);
        publish(Samples.at(Samples.S1, "w2", InstanceState.READY, 4));
        publishService(3);
        RouteFeed started = start();
        await().until(started::isCaughtUp);
        assertThat(routes.table().instanceCount()).isEqualTo(1);
        assertThat(routes.table().serviceCount()).isEqualTo(1);
        assertThat(version()).isEqualTo(4);
        assertThat(started.unreadable()).isZero();
    }

    @Test
    void anInterestThatEndedIsForgottenWithItsVersions() throws IOException {
        publishService(3);
        publish(Samples.at(Samples.S1, "w2", InstanceState.READY, 40));
        publish(fed("w1", Samples.S2), 41, false, null);
        publish(fed("w1", Samples.S1), -1, false, null);
        publish(fed("w1", Samples.S2), -1, false, null);
        publish(Keys.fed("w1", Keys.service(Samples.REALM, Samples.S)), -1, false, null);
        publish(Samples.at(Samples.S2, "w2", InstanceState.READY, 7));
        await().until(start()::isCaughtUp);
        assertThat(routes.table().serviceCount()).isZero();
        assertThat(routes.find(Samples.S1)).isEmpty();
        assertThat(routes.find(Samples.S2)).as("older than what was forgotten").isPresent();
        assertThat(version()).isEqualTo(41);
        assertThat(loads).containsEntry(Samples.S1, 0);
    }

    @Test
    void aVersionIsThereWithItsLastRecordAlsoAcrossARestart() throws Exception {
        publish(Samples.at(Samples.S2, "w2", InstanceState.READY, 4));
        InstanceAt moved = Samples.at(Samples.S1, "w2", InstanceState.READY, 9);
        publish(fed("w1", Samples.S1), 9, true, Samples.avro(moved));
        await().until(start()::isCaughtUp);
        assertThat(routes.find(Samples.S1)).contains(moved);
        assertThat(version()).isEqualTo(4);
        stop();
        routes = new Routes("w1");
        consumer = consumer();
        start();
        assertThat(version()).isEqualTo(4);
        assertThat(routes.find(Samples.S1)).isPresent();
        publish(Samples.at(Samples.S2, "w2", InstanceState.READY, 9));
        await().until(() -> version() == 9);
    }

    @Test
    void loadsAndAnswersGoWhereTheyAreNeeded() throws IOException {
        publish(
                Keys.fed("w1", Keys.load(Samples.REALM, Samples.S1)),
                -1,
                false,
                new Route(Samples.REALM, -1L, new InstanceLoad("A.prod.S.prod", 1, 17)));
        publish(
                Keys.fed("w1", Keys.address(Samples.REALM, "10.30.0.9")),
                -1,
                false,
                new Route(Samples.REALM, -1L, new AddressUnknown("10.30.0.9")));
        publish(Keys.fed("w1", Keys.address(Samples.REALM, "10.30.0.9")), -1, false, null);
        RouteFeed started = start();
        await().until(started::isCaughtUp);
        assertThat(loads).containsEntry(Samples.S1, 17);
        assertThat(unknown).containsExactly(Addresses.parse("10.30.0.9"));
        assertThat(version()).isEqualTo(-1);
        assertThat(started.unreadable()).isZero();
    }

    @Test
    void aRestartKeepsWhatWasWanted() throws Exception {
        publishService(3);
        await().until(start()::isCaughtUp);
        wanted = List.of(Samples.S);
        stop();
        routes = new Routes("w1");
        consumer = consumer();
        start();
        assertThat(wanted).containsExactly(Samples.S);
        assertThat(routes.table().serviceCount()).isEqualTo(1);
    }

    @Test
    void aSnapshotOfAnotherFeedIsUsedForPacketsUntilThisOneIsRead() throws Exception {
        new RouteSnapshot(
                        Samples.BROADCAST,
                        500,
                        System.currentTimeMillis(),
                        400,
                        List.of(),
                        List.of(Samples.at(Samples.S2, "w1", InstanceState.READY, 400)))
                .save(directory.resolve("routes.bin"));
        publish(Samples.at(Samples.S1, "w1", InstanceState.READY, 3));
        RouteFeed started = start(() -> assertThat(routes.find(Samples.S2)).isPresent());
        await().until(started::isCaughtUp);
        assertThat(routes.find(Samples.S1)).isPresent();
        assertThat(routes.find(Samples.S2)).isEmpty();
        assertThat(version()).isEqualTo(3);
    }
}
