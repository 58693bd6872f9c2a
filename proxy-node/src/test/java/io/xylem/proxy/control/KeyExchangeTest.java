package io.xylem.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.proxy.seal.JdkAead;
import io.xylem.proxy.seal.Keyring;
import io.xylem.schemas.Keys;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.OwnKeys;
import io.xylem.schemas.avro.TunnelKeys;
import io.xylem.schemas.avro.WorkerStatus;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is said and heard of keys, between mock clients of Kafka. */
class KeyExchangeTest {
    private static final String TOPIC = Topics.TUNNEL_KEYS.name();
    private static final Node NODE = new Node(1, "127.0.0.1", 1);
    private static final PartitionInfo PARTITION =
            new PartitionInfo(TOPIC, 0, NODE, new Node[] {NODE}, new Node[] {NODE});
    private static final Keyring.Times TIMES = new Keyring.Times(1_000, 100, Long.MAX_VALUE);

    private final Serde<TunnelKeys> serde = Topics.TUNNEL_KEYS.valueSerde(
            Map.of("schema.registry.url", "mock://keys-" + System.identityHashCode(this)));
    private final MockConsumer<String, byte[]> consumer = new MockConsumer<>("none");
    private final Serde<WorkerStatus> statuses = Topics.WORKER_STATUS.valueSerde(
            Map.of("schema.registry.url", "mock://keys-" + System.identityHashCode(this)));
    private final MockProducer<String, WorkerStatus> producer = new MockProducer<>(
            new Cluster(
                    "mock",
                    List.of(NODE),
                    List.of(new PartitionInfo(
                            Topics.WORKER_STATUS.name(), 0, NODE, new Node[] {NODE}, new Node[] {NODE})),
                    Set.of(),
                    Set.of()),
            true,
            new RealmPartitioner(),
            new StringSerializer(),
            statuses.serializer());
    private final AtomicReference<Optional<String>> address = new AtomicReference<>(Optional.empty());
    private final AtomicLong now = new AtomicLong();
    private final Keyring keys = new Keyring(new JdkAead(), TIMES, 0);
    private KeyExchange exchange;
    private long offset;

    @BeforeEach
    void start() {
        consumer.updatePartitions(TOPIC, List.of(PARTITION));
        consumer.updateBeginningOffsets(Map.of(new TopicPartition(TOPIC, 0), 0L));
        exchange = new KeyExchange(
                        "main",
                        "w1",
                        keys,
                        address::get,
                        () -> consumer,
                        serde.deserializer(),
                        () -> producer,
                        () -> 5L,
                        now::get)
                .start();
    }

    @AfterEach
    void stop() {
        exchange.close();
    }

    private void say(String realm, String worker, String at, Keyring published) {
        List<ByteBuffer> bytes =
                published.published().stream().map(ByteBuffer::wrap).toList();
        say(worker, serde.serializer().serialize(TOPIC, new TunnelKeys(realm, worker, at, bytes)));
    }

    private void say(String worker, byte @Nullable [] value) {
        long at = offset++;
        consumer.schedulePollTask(
                () -> consumer.addRecord(new ConsumerRecord<>(TOPIC, 0, at, Keys.worker("main", worker), value)));
    }

    private List<OwnKeys> said() {
        return producer.history().stream()
                .map(record -> (OwnKeys) record.value().getBody())
                .toList();
    }

    /** As routing does with what was said last. @return once the worker has heard it */
    private void echo() {
        OwnKeys last = said().getLast();
        byte[] told =
                serde.serializer().serialize(TOPIC, new TunnelKeys("main", "w1", last.getAddress(), last.getKeys()));
        say("w1", told);
        awaitHeard();
    }

    /** Whatever was said before is heard by now. */
    private void awaitHeard() {
        String marker = "marker" + offset;
        say("main", marker, "192.168.78." + offset, new Keyring(new JdkAead(), TIMES, 0));
        await().until(() -> keys.knows(marker));
    }

    @Test
    void keysAreSaidOnceTheAddressIsKnownAndAgainWhenEitherChanges() {
        say("main", "w2", "192.168.77.2", new Keyring(new JdkAead(), TIMES, 0));
        await().until(() -> keys.knows("w2"));
        assertThat(said()).as("nobody could use them").isEmpty();
        address.set(Optional.of("192.168.77.1"));
        await().until(() -> said().size() == 1);
        assertThat(producer.history().getFirst().key()).isEqualTo("main|keys|w1");
        assertThat(producer.history().getFirst().value().getWorker()).isEqualTo("w1");
        OwnKeys first = said().getFirst();
        assertThat(first.getAddress()).isEqualTo("192.168.77.1");
        assertThat(first.getKeys())
                .containsExactly(ByteBuffer.wrap(keys.published().getFirst()));
        address.set(Optional.of("192.168.77.9"));
        await().until(() -> said().size() == 2);
        echo();
        now.set(1_000);
        await().until(() -> said().size() == 3);
        assertThat(said().getLast().getKeys())
                .hasSize(2)
                .contains(first.getKeys().getFirst());
        echo();
        now.set(1_200);
        await().until(() -> said().size() == 4);
        assertThat(said().getLast().getKeys())
                .hasSize(1)
                .doesNotContain(first.getKeys().getFirst());
    }

    @Test
    void whatNobodyHasHeardIsSaidAgainAndDoesNotAge() {
        address.set(Optional.of("192.168.77.1"));
        await().until(() -> said().size() == 1);
        long later = 10_000_000_000L;
        now.set(later);
        await().until(() -> said().size() == 2);
        assertThat(said().get(1)).as("ten rotations later").isEqualTo(said().get(0));
        echo();
        now.set(later + 999);
        awaitHeard();
        awaitHeard();
        assertThat(said()).hasSize(2);
        now.set(later + 1_000);
        await().until(() -> said().size() == 3);
        assertThat(said().getLast().getKeys()).hasSize(2);
    }

    @Test
    void whatIsNotForThisWorkerOrMakesNoSenseIsLeft() {
        say("w3", new byte[] {1, 2, 3});
        say("w4", null);
        say("main", "w5", "not an address", new Keyring(new JdkAead(), TIMES, 0));
        say("other", "w6", "192.168.77.6", new Keyring(new JdkAead(), TIMES, 0));
        say("main", "w1", "192.168.77.1", new Keyring(new JdkAead(), TIMES, 0));
        say("main", "w2", "192.168.77.2", new Keyring(new JdkAead(), TIMES, 0));
        await().until(() -> keys.knows("w2"));
        for (String nobody : List.of("w1", "w3", "w4", "w5", "w6")) {
            assertThat(keys.knows(nobody)).as(nobody).isFalse();
        }
    }
}
