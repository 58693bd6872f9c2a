package io.xylem.audit;

import io.xylem.schemas.RegistryFaults;
import io.xylem.schemas.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * One partition of a topic from an offset to an end, decoded by a thread of its own, which is at most a few batches
 * ahead. Reads what is committed, is in no group, and writes nothing.
 */
final class TopicReader<V, T> implements Iterator<T>, AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int BATCHES_AHEAD = 8;
    private static final int BATCH_RECORDS = 2_000;

    /** Makes of a record what the check wants; {@code value} null although the record has one: it can't be read. */
    interface Decoded<V, T> {
        T of(ConsumerRecord<String, byte[]> record, @Nullable V value);
    }

    private final BlockingQueue<List<T>> batches = new ArrayBlockingQueue<>(BATCHES_AHEAD);
    private final Topic<V> topic;
    private final Map<String, Object> config;
    private final Decoded<V, T> decoded;
    private Iterator<T> batch = List.<T>of().iterator();
    private volatile @Nullable RuntimeException failure;
    private volatile boolean isClosed;
    private boolean isAtEnd;

    TopicReader(Topic<V> topic, int partition, long from, long end, Map<String, Object> config, Decoded<V, T> decoded) {
        this.topic = topic;
        this.config = config;
        this.decoded = decoded;
        var _ = Thread.ofPlatform()
                .daemon()
                .name("audit-" + topic.name() + "-" + partition)
                .start(() -> run(new TopicPartition(topic.name(), partition), from, end));
    }

    static KafkaConsumer<String, byte[]> consumer(Map<String, Object> config) {
        Map<String, Object> settings = new HashMap<>(config);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, BATCH_RECORDS);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private void run(TopicPartition partition, long from, long end) {
        try (var serde = topic.valueSerde(config);
                var consumer = consumer(config)) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, from);
            while (!isClosed && consumer.position(partition) < end) {
                ConsumerRecords<String, byte[]> records = consumer.poll(POLL);
                List<T> decodedRecords = new ArrayList<>(records.count());
                for (ConsumerRecord<String, byte[]> record : records) {
                    if (record.offset() < end) {
                        decodedRecords.add(decoded.of(record, decode(serde.deserializer(), record)));
                    }
                }
                if (!decodedRecords.isEmpty()) {
                    batches.put(decodedRecords);
                }
            }
        } catch (RuntimeException e) {
            failure = e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        try {
            batches.put(List.of());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable V decode(Deserializer<V> deserializer, ConsumerRecord<String, byte[]> record) {
        if (record.value() == null) {
            return null;
        }
        try {
            return deserializer.deserialize(record.topic(), record.headers(), record.value());
        } catch (RuntimeException e) {
            if (RegistryFaults.isNotOfTheRecord(e)) {
                throw e;
            }
            // Whatever the decoder says, these bytes are no record: the check says so at its place.
            return null;
        }
    }

    @Override
    public boolean hasNext() {
        while (!batch.hasNext() && !isAtEnd) {
            try {
                List<T> next = batches.take();
                isAtEnd = next.isEmpty();
                batch = next.iterator();
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        }
        RuntimeException failed = failure;
        if (isAtEnd && failed != null) {
            throw failed;
        }
        return batch.hasNext();
    }

    @Override
    public T next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return batch.next();
    }

    /** Not by an interrupt: the client takes that for a fault, and says so at length. */
    @Override
    public void close() {
        isClosed = true;
        batches.clear(); // where the thread may be waiting for room
    }
}
