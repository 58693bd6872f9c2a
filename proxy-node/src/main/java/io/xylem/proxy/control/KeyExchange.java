package io.xylem.proxy.control;

import io.xylem.proxy.seal.Keyring;
import io.xylem.schemas.Keys;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.OwnKeys;
import io.xylem.schemas.avro.TunnelKeys;
import io.xylem.schemas.avro.WorkerStatus;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the other workers of the realm this one's public keys, and hears theirs, through the log:
 *
 * <pre>
 *  say ──► xylem.worker-status, sealed ──► routing believes it ──► xylem.tunnel-keys ──► hear, this worker too
 * </pre>
 *
 * The worker's address in the underlay is that of its own routes, so it says nothing before it has an instance; nobody
 * sends to it before. What it said and does not hear is said again, and until then its keys do not age: the others have
 * no newer ones.
 */
public final class KeyExchange implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KeyExchange.class);
    private static final Duration POLL = Duration.ofMillis(50);
    private static final long RETRY_MS = 1_000;
    private static final long SAY_AGAIN_NS = 10_000_000_000L;
    private static final String TOPIC = Topics.TUNNEL_KEYS.name();

    private final String realm;
    private final String worker;
    private final Keyring keys;
    private final Supplier<Optional<String>> ownAddress;
    private final Supplier<? extends Consumer<String, byte[]>> consumers;
    private final Deserializer<TunnelKeys> values;
    private final Supplier<? extends Producer<String, WorkerStatus>> producers;
    private final LongSupplier clockMs;
    private final LongSupplier clockNs;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread thread = Thread.ofPlatform().name("tunnel-keys").unstarted(this::run);
    private volatile boolean mustSay = true;

    /** What others are to hear; null once this worker has heard it itself. */
    private @Nullable TunnelKeys unheard;

    private String saidAddress = "";
    private long saidAtNs;

    private long turnedAtNs;
    private long stoodStillNs;

    /**
     * @param ownAddress this worker's address in the underlay, once it is known
     * @param consumers and {@code producers} are asked on the thread that uses the client, and again after a failure
     * @param clockMs of what the worker says
     * @param clockNs that of the keyring
     */
    public KeyExchange(
            String realm,
            String worker,
            Keyring keys,
            Supplier<Optional<String>> ownAddress,
            Supplier<? extends Consumer<String, byte[]>> consumers,
            Deserializer<TunnelKeys> values,
            Supplier<? extends Producer<String, WorkerStatus>> producers,
            LongSupplier clockMs,
            LongSupplier clockNs) {
        this.realm = realm;
        this.worker = worker;
        this.keys = keys;
        this.ownAddress = ownAddress;
        this.consumers = consumers;
        this.values = values;
        this.producers = producers;
        this.clockMs = clockMs;
        this.clockNs = clockNs;
    }

    public KeyExchange start() {
        thread.start();
        return this;
    }

    private void run() {
        while (!isEnded(0)) {
            try (Consumer<String, byte[]> consumer = consumers.get();
                    Producer<String, WorkerStatus> producer = producers.get()) {
                follow(consumer, producer);
            } catch (KafkaException | IllegalStateException e) {
                LOG.warn("keys of the tunnel are not exchanged, tried again in {} ms: {}", RETRY_MS, e.toString());
                isEnded(RETRY_MS);
            }
        }
    }

    private void follow(Consumer<String, byte[]> consumer, Producer<String, WorkerStatus> producer) {
        List<PartitionInfo> partitions = consumer.partitionsFor(TOPIC);
        if (partitions == null || partitions.isEmpty()) {
            throw new IllegalStateException("there is no topic " + TOPIC + "; `xylem topics create` makes it");
        }
        TopicPartition ours = new TopicPartition(TOPIC, RealmPartitioner.partition(realm, partitions.size()));
        consumer.assign(List.of(ours));
        consumer.seekToBeginning(List.of(ours));
        mustSay = true;
        while (!isEnded(0)) {
            consumer.poll(POLL).forEach(this::hear);
            turn(clockNs.getAsLong());
            ownAddress.get().ifPresent(address -> say(producer, address));
        }
    }

    private void hear(ConsumerRecord<String, byte[]> published) {
        try {
            @Nullable TunnelKeys said = values.deserialize(TOPIC, published.value());
            if (said == null || !said.getRealm().equals(realm)) {
                return;
            }
            if (said.getWorker().equals(worker)) {
                if (said.equals(unheard)) {
                    unheard = null;
                }
            } else {
                keys.heard(
                        said.getWorker(),
                        said.getAddress(),
                        said.getKeys().stream().map(KeyExchange::bytes).toList());
            }
        } catch (KafkaException | IllegalArgumentException e) {
            LOG.warn("the keys of {} are left as they were: {}", published.key(), e.toString());
        }
    }

    /** Time stands still for keys that nobody has heard of. */
    private void turn(long nowNs) {
        if (unheard != null) {
            stoodStillNs += nowNs - turnedAtNs;
        } else if (keys.turn(nowNs - stoodStillNs)) {
            mustSay = true;
        }
        turnedAtNs = nowNs;
    }

    private void say(Producer<String, WorkerStatus> producer, String address) {
        boolean again = unheard != null && clockNs.getAsLong() - saidAtNs >= SAY_AGAIN_NS;
        if (!mustSay && !again && address.equals(saidAddress)) {
            return;
        }
        mustSay = false;
        saidAddress = address;
        saidAtNs = clockNs.getAsLong();
        List<ByteBuffer> published =
                keys.published().stream().map(ByteBuffer::wrap).toList();
        unheard = new TunnelKeys(realm, worker, address, published);
        var _ = producer.send(
                new ProducerRecord<>(
                        Topics.WORKER_STATUS.name(),
                        Keys.ownKeys(realm, worker),
                        new WorkerStatus(realm, worker, clockMs.getAsLong(), new OwnKeys(address, published))),
                (metadata, failure) -> {
                    if (failure != null) {
                        mustSay = true;
                    }
                });
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private boolean isEnded(long withinMs) {
        try {
            return ended.await(withinMs, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            thread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
