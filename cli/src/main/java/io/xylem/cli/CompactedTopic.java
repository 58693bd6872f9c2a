package io.xylem.cli;

import io.xylem.schemas.Headers;
import io.xylem.schemas.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What a topic of states says now: its last word on each key, read up to the end that it had when the reading began. */
final class CompactedTopic {
    private static final Duration POLL = Duration.ofMillis(200);

    private CompactedTopic() {}

    /** In the order of the keys; what was taken back is not there. */
    static <V> Map<String, V> read(Topic<V> topic, Map<String, Object> config) {
        Map<String, Object> settings = new HashMap<>(config);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        Map<String, ConsumerRecord<String, byte[]>> last = new TreeMap<>();
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(info -> new TopicPartition(topic.name(), info.partition()))
                    .toList();
            if (partitions.isEmpty()) {
                throw new CommandException("there is no topic " + topic.name() + "; `xylem topics create` makes it");
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(POLL).forEach(rec -> last.merge(rec.key(), rec, CompactedTopic::newer));
            }
        }
        Map<String, V> values = new TreeMap<>();
        try (var serde = topic.valueSerde(config)) {
            last.forEach((key, rec) -> {
                if (rec.value() != null) {
                    values.put(key, serde.deserializer().deserialize(topic.name(), rec.headers(), rec.value()));
                }
            });
        }
        return values;
    }

    /** The writers may repeat what they said before: the higher version counts, and of equal ones the later. */
    private static <T> ConsumerRecord<String, T> newer(ConsumerRecord<String, T> have, ConsumerRecord<String, T> next) {
        return Headers.version(next.headers()) < Headers.version(have.headers()) ? have : next;
    }
}
