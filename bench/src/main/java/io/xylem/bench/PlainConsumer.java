package io.xylem.bench;

import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads all that a verification reads, decodes each record, and does nothing with it. */
final class PlainConsumer {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final List<Topic<?>> TOPICS =
            List.of(Topics.DEPLOYMENT_EVENTS, Topics.OUTCOMES, Topics.ALLOCATIONS, Topics.STATE_HASHES);

    private PlainConsumer() {}

    /** @return how many records there are */
    static long read(Map<String, Object> client) {
        return TOPICS.stream().mapToLong(topic -> read(client, topic)).sum();
    }

    private static <V> long read(Map<String, Object> client, Topic<V> topic) {
        TopicPartition partition = new TopicPartition(topic.name(), 0);
        long records = 0;
        try (KafkaConsumer<String, V> consumer = new KafkaConsumer<>(
                client, new StringDeserializer(), topic.valueSerde(client).deserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = Objects.requireNonNull(
                    consumer.endOffsets(List.of(partition)).get(partition));
            while (consumer.position(partition) < end) {
                records += consumer.poll(POLL).count();
            }
        }
        return records;
    }
}
