package io.xylem.publish;

import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Outcome;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** What the log of a realm says of a version, and of what an outcome is about. Each question has a consumer of its own. */
final class RealmLog {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Supplier<Consumer<String, byte[]>> consumers;

    RealmLog(Supplier<Consumer<String, byte[]>> consumers) {
        this.consumers = consumers;
    }

    static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .sorted((one, other) -> Integer.compare(one.partition(), other.partition()))
                .toList();
        if (partitions.isEmpty()) {
            throw new KafkaException("there is no topic " + topic + "; `xylem topics create` makes all of them");
        }
        return partitions;
    }

    static TopicPartition partition(Consumer<?, ?> consumer, String topic, String realm) {
        List<TopicPartition> partitions = partitions(consumer, topic);
        return partitions.get(RealmPartitioner.partition(realm, partitions.size()));
    }

    /** When the event came into the log, in milliseconds since 1970; 0 if that is not to be had. A version is its offset. */
    long timeOf(String realm, long version) {
        try (Consumer<String, byte[]> events = consumers.get()) {
            TopicPartition partition = partition(events, Topics.DEPLOYMENT_EVENTS.name(), realm);
            events.assign(List.of(partition));
            events.seek(partition, version);
            for (ConsumerRecord<String, byte[]> event : events.poll(PATIENCE)) {
                return event.timestamp();
            }
            return 0;
        }
    }

    /** The first version that came into the log no longer than that before this one. */
    long firstWithin(Duration before, String realm, long version) {
        long fromMs = Math.max(0, timeOf(realm, version) - before.toMillis());
        try (Consumer<String, byte[]> events = consumers.get()) {
            TopicPartition partition = partition(events, Topics.DEPLOYMENT_EVENTS.name(), realm);
            OffsetAndTimestamp found =
                    events.offsetsForTimes(Map.of(partition, fromMs)).get(partition);
            return found == null ? version : found.offset();
        }
    }

    /**
     * The versions that last changed what these keys of the allocations name; none for what was withdrawn long ago. Reads
     * the whole of the realm's partition.
     *
     * @param inVain whether nobody waits for it any more
     */
    Map<String, Long> lastChanges(String realm, Set<String> keys, BooleanSupplier inVain) {
        Map<String, Long> last = new HashMap<>();
        try (Consumer<String, byte[]> allocations = consumers.get()) {
            TopicPartition partition = partition(allocations, Topics.ALLOCATIONS.name(), realm);
            allocations.assign(List.of(partition));
            allocations.seekToBeginning(List.of(partition));
            long end = allocations.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (allocations.position(partition) < end && !inVain.getAsBoolean()) {
                for (ConsumerRecord<String, byte[]> record : allocations.poll(POLL)) {
                    if (keys.contains(record.key())) {
                        last.put(record.key(), Headers.version(record.headers()));
                    }
                }
            }
            return last;
        }
    }

    /** What the outcome is about, by its key in the allocations. */
    static String key(Outcome outcome) {
        String service = outcome.getService();
        Integer instance = outcome.getInstance();
        if (service != null) {
            return instance == null
                    ? Keys.service(outcome.getRealm(), service)
                    : Keys.instance(outcome.getRealm(), service, instance);
        }
        return Keys.worker(outcome.getRealm(), String.valueOf(outcome.getWorker()));
    }
}
