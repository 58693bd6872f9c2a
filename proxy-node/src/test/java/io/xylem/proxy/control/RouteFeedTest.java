package io.xylem.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Route;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.BrokerNotAvailableException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteFeedTest {
    private static final String TOPIC = Topics.ROUTES.name();
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);

    @TempDir
    private Path directory;

    private final Serde<Route> serde = Topics.ROUTES.valueSerde(
            Map.of("schema.registry.url", "mock://route-feed-" + System.identityHashCode(this)));
    private final AtomicBoolean registryAway = new AtomicBoolean();
    private final Routes routes = new Routes("w1");
    private MockConsumer<String, byte[]> consumer = consumer(0);
    private @Nullable Thread thread;
    private @Nullable RouteFeed feed;
    private long nowMs = 1_000_000_000L;

    private static MockConsumer<String, byte[]> consumer(long beginning) {
        MockConsumer<String, byte[]> consumer = new MockConsumer<>("none");
        Node node = new Node(1, "127.0.0.1", 1);
        Node[] nodes = {node};
        consumer.updatePartitions(TOPIC, List.of(new PartitionInfo(TOPIC, 0, node, nodes, nodes)));
        consumer.updateBeginningOffsets(Map.of(PARTITION, beginning));
        consumer.updateEndOffsets(Map.of(PARTITION, beginning));
        return consumer;
    }

    private enum NobodyListens implements RouteFeed.Listener {
        INSTANCE;

        @Override
        public void load(InstanceName instance, int flows) {}

        @Override
        public void unknown(Ipv6 address) {}

        @Override
        public void routesChanged() {}

        @Override
        public List<ServiceName> interests() {
            return List.of();
        }
    }

    /** Adds when the feed has assigned itself; until then MockConsumer refuses. */
    private void publish(long offset, String key, long version, byte @Nullable [] value) {
        RecordHeaders headers = new RecordHeaders();
        Headers.setVersion(headers, version);
        var record = new ConsumerRecord<>(
                TOPIC, 0, offset, 0L, TimestampType.CREATE_TIME, 0, 0, key, value, headers, Optional.empty());
        consumer.updateEndOffsets(Map.of(PARTITION, offset + 1));
        consumer.schedulePollTask(() -> consumer.addRecord(record));
    }

    private void publish(long offset, InstanceAt at) {
        publish(
                offset,
                Keys.instance(Samples.REALM, at.instance()),
                at.version(),
                serde.serializer().serialize(TOPIC, Samples.avro(at)));
    }

    private void publishService(long offset, long version) {
        publish(
                offset,
                Keys.service(Samples.REALM, Samples.S),
                version,
                serde.serializer().serialize(TOPIC, Samples.avro(Samples.service(version))));
    }

    @BeforeEach
    void registerSchema() {
        serde.serializer().serialize(TOPIC, Samples.avro(Samples.service(1)));
    }

    private RouteFeed start() throws IOException {
        return start(() -> consumer);
    }

    private RouteFeed start(java.util.function.Supplier<MockConsumer<String, byte[]>> consumers) throws IOException {
        Deserializer<Route> deserializer = (topic, bytes) -> {
            if (registryAway.get()) {
                throw new DisconnectException("the registry is away");
            }
            return serde.deserializer().deserialize(topic, bytes);
        };
        RouteFeed started = new RouteFeed(
                Samples.BROADCAST,
                directory.resolve("routes.bin"),
                consumers,
                deserializer,
                routes,
                NobodyListens.INSTANCE,
                () -> nowMs);
        started.restore();
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

    private Optional<InstanceState> state(InstanceName instance) {
        return routes.find(instance).map(InstanceAt::state);
    }

    @Test
    void readsFromTheBeginningAndSaysWhenItHasAllThatWasThere() throws IOException {
        publishService(0, 10);
        publish(1, Samples.at(Samples.S1, "w1", InstanceState.READY, 12));
        RouteFeed started = start();
        await().until(started::isCaughtUp);
        assertThat(routes.table().version()).isEqualTo(12);
        assertThat(routes.table().serviceCount()).isEqualTo(1);
        assertThat(state(Samples.S1)).contains(InstanceState.READY);
    }

    @Test
    void aWithdrawalTakesItsVersionFromTheHeaderAndAnOlderRecordChangesNothing() throws IOException {
        publish(0, Samples.at(Samples.S1, "w1", InstanceState.READY, 12));
        publish(1, Keys.instance(Samples.REALM, Samples.S1), 20, null);
        publish(2, Samples.at(Samples.S1, "w1", InstanceState.READY, 15));
        RouteFeed started = start();
        await().until(started::isCaughtUp);
        assertThat(state(Samples.S1)).isEmpty();
        assertThat(routes.table().version()).isEqualTo(20);
    }

    @Test
    void whatIsNoRouteIsPassedOverAndCounted() throws IOException {
        publish(0, Keys.instance(Samples.REALM, Samples.S1), 1, new byte[] {9, 9, 9});
        publish(1, "main|what|is|this", 2, null);
        publish(2, Keys.instance("other", Samples.S2), 3, new byte[] {9}); // another realm's: not looked at
        publish(3, Samples.at(Samples.S1, "w1", InstanceState.READY, 12));
        RouteFeed started = start();
        await().until(started::isCaughtUp);
        assertThat(state(Samples.S1)).contains(InstanceState.READY);
        assertThat(started.unreadable()).isEqualTo(2);
    }

    @Test
    void aRecordThatWaitsForTheRegistryIsNotLost() throws IOException {
        registryAway.set(true);
        publish(0, Samples.at(Samples.S1, "w1", InstanceState.READY, 12));
        RouteFeed started = start();
        await().until(() -> consumer.position(PARTITION) == 0 && started.unreadable() == 0);
        // MockConsumer forgets a record that was polled, so it is published again for the seek to find.
        publish(0, Samples.at(Samples.S1, "w1", InstanceState.READY, 12));
        registryAway.set(false);
        await().until(started::isCaughtUp);
        assertThat(state(Samples.S1)).contains(InstanceState.READY);
        assertThat(started.unreadable()).isZero();
    }

    @Test
    void startsFromTheSnapshotWithoutAnyBrokerAndGoesOnFromItsOffset() throws IOException, InterruptedException {
        publishService(0, 10);
        publish(1, Samples.at(Samples.S1, "w1", InstanceState.READY, 12));
        await().until(start()::isCaughtUp);
        stop();

        Routes second = new Routes("w1");
        AtomicInteger attempts = new AtomicInteger();
        MockConsumer<String, byte[]> later = consumer(2);
        RouteFeed again = new RouteFeed(
                Samples.BROADCAST,
                directory.resolve("routes.bin"),
                () -> {
                    if (attempts.incrementAndGet() < 2) {
                        throw new TimeoutException("no broker");
                    }
                    return later;
                },
                serde.deserializer(),
                second,
                NobodyListens.INSTANCE,
                () -> nowMs);
        again.restore();
        assertThat(second.table().version()).as("before any broker").isEqualTo(12);
        // The beginning is 2: had it sought there from 0, the offset would be out of range.
        consumer = later;
        publish(2, Keys.instance(Samples.REALM, Samples.S1), 30, null);
        feed = again;
        thread = Thread.ofPlatform().start(again);
        await().until(again::isCaughtUp);
        assertThat(second.table().version()).isEqualTo(30);
        assertThat(second.table().instanceCount()).isZero();
        assertThat(attempts).hasValue(2);
    }

    @Test
    void anOffsetThatTheTopicDoesNotHaveMeansReadingAllAgainWhilePacketsGoByTheOldTable() throws IOException {
        new RouteSnapshot(
                        Samples.BROADCAST,
                        500,
                        nowMs,
                        400,
                        List.of(),
                        List.of(Samples.at(Samples.S2, "w1", InstanceState.READY, 400)))
                .save(directory.resolve("routes.bin"));
        MockConsumer<String, byte[]> first = consumer;
        first.schedulePollTask(() -> {
            throw new org.apache.kafka.clients.consumer.OffsetOutOfRangeException(Map.of(PARTITION, 500L));
        });
        AtomicInteger asked = new AtomicInteger();
        MockConsumer<String, byte[]> fresh = consumer(0);
        consumer = fresh;
        publish(0, Samples.at(Samples.S1, "w1", InstanceState.READY, 3));
        RouteFeed started = start(() -> asked.getAndIncrement() == 0 ? first : fresh);
        await().until(started::isCaughtUp);
        assertThat(state(Samples.S1)).contains(InstanceState.READY);
        assertThat(state(Samples.S2)).as("only the old cluster knew it").isEmpty();
        assertThat(routes.table().version()).isEqualTo(3);
    }

    @Test
    void aSnapshotOlderThanWithdrawalsAreKeptIsUsedForPacketsAndReplaced() throws IOException {
        new RouteSnapshot(
                        Samples.BROADCAST,
                        1,
                        nowMs - 4L * 24 * 3600 * 1000,
                        400,
                        List.of(),
                        List.of(Samples.at(Samples.S2, "w1", InstanceState.READY, 1)))
                .save(directory.resolve("routes.bin"));
        publish(0, Samples.at(Samples.S1, "w1", InstanceState.READY, 3));
        RouteFeed started = start();
        assertThat(routes.table().instanceCount()).isEqualTo(1);
        await().until(started::isCaughtUp);
        assertThat(state(Samples.S1)).contains(InstanceState.READY);
        assertThat(state(Samples.S2)).isEmpty();
    }

    @Test
    void aFailureOfTheClientIsFollowedByANewOne() throws IOException {
        MockConsumer<String, byte[]> broken = consumer;
        broken.setPollException(new BrokerNotAvailableException("gone"));
        MockConsumer<String, byte[]> fresh = consumer(0);
        consumer = fresh;
        publish(0, Samples.at(Samples.S1, "w1", InstanceState.READY, 3));
        AtomicInteger asked = new AtomicInteger();
        RouteFeed started = start(() -> asked.getAndIncrement() == 0 ? broken : fresh);
        await().until(() -> state(Samples.S1).isPresent() && started.isCaughtUp());
        assertThat(broken.closed()).isTrue();
    }

    @Test
    void theSnapshotIsWrittenWhileItRuns() throws IOException {
        nowMs += 10_000;
        publish(0, Samples.at(Samples.S1, "w1", InstanceState.READY, 3));
        await().until(start()::isCaughtUp);
        await().until(() -> Files.exists(directory.resolve("routes.bin")));
        assertThat(RouteSnapshot.load(directory.resolve("routes.bin"), Samples.REALM, "w1"))
                .hasValueSatisfying(
                        snapshot -> assertThat(snapshot.nextOffset()).isEqualTo(1));
    }
}
