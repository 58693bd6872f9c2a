package io.xylem.routing.stream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Clients of routing's threads, by which all goes together that they say of what they have read. One change makes records
 * in a dozen partitions, and a batch in a partition costs the broker and its reader as much as dozens of records in it.
 *
 * <pre>
 *  poll ──► process all that came ──► send what is said of it, wait for the broker ──► wait for the pace ──► poll …
 * </pre>
 *
 * So a single change goes at once, and the more there is to do, the more goes together. Before a commit all is sent, as
 * ever. A thousand workers say something every moment, and each poll costs this process and the broker some hundred
 * microseconds, whether it brings one record or a hundred: so polls that bring something keep a distance.
 */
public final class GatheringClients extends DefaultKafkaClientSupplier {
    private static final long GATHER_NS_MOST = 100_000_000;
    /** Some MB. */
    private static final int RECORDS_MOST = 20_000;

    /** By thread, until its consumer takes it. */
    private final Map<String, Gathering> producers = new ConcurrentHashMap<>();

    private final long paceNs;

    /** @param pace from a poll that brought something to the next one, at least; what comes meanwhile waits so long */
    public GatheringClients(Duration pace) {
        paceNs = pace.toNanos();
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        Gathering producer = new Gathering(config);
        producers.put(thread(config), producer);
        return producer;
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        String thread = thread(config);
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer()) {
            private @Nullable Gathering producer;
            private long notBeforeNs = System.nanoTime();

            @Override
            public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
                producer = producer == null ? producers.remove(thread) : producer;
                if (producer != null && producer.hasGathered()) {
                    producer.flush();
                }
                for (long leftNs = leftNs(); leftNs > 0; leftNs = leftNs()) {
                    LockSupport.parkNanos(leftNs);
                }
                ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
                if (!records.isEmpty()) {
                    notBeforeNs = System.nanoTime() + paceNs;
                }
                return records;
            }

            private long leftNs() {
                return notBeforeNs - System.nanoTime();
            }
        };
    }

    /** Streams calls clients after their threads, and after what they are. */
    private static String thread(Map<String, Object> config) {
        String client = String.valueOf(config.get(CommonClientConfigs.CLIENT_ID_CONFIG));
        return client.substring(0, client.lastIndexOf('-') + 1);
    }

    private record Said(ProducerRecord<byte[], byte[]> record, Callback callback) {}

    /** One thread. */
    private static final class Gathering extends KafkaProducer<byte[], byte[]> {
        private final List<Said> gathered = new ArrayList<>();
        private long sinceNs;

        Gathering(Map<String, Object> config) {
            super(config, new ByteArraySerializer(), new ByteArraySerializer());
        }

        boolean hasGathered() {
            return !gathered.isEmpty();
        }

        @Override
        public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
            CompletableFuture<RecordMetadata> sent = new CompletableFuture<>();
            long nowNs = System.nanoTime();
            sinceNs = gathered.isEmpty() ? nowNs : sinceNs;
            gathered.add(new Said(record, (metadata, failure) -> {
                callback.onCompletion(metadata, failure);
                boolean _ = failure == null ? sent.complete(metadata) : sent.completeExceptionally(failure);
            }));
            if (gathered.size() >= RECORDS_MOST || nowNs - sinceNs >= GATHER_NS_MOST) {
                send();
            }
            return sent;
        }

        private void send() {
            List<Said> all = List.copyOf(gathered);
            gathered.clear();
            for (Said said : all) {
                Future<RecordMetadata> _ = super.send(said.record, said.callback);
            }
        }

        @Override
        public void flush() {
            send();
            super.flush();
        }
    }
}
