package io.xylem.cli;

import io.xylem.schemas.Headers;
import io.xylem.schemas.Topic;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;

/** What a topic of states says now: its last word on each key, read up to the end that it had when the reading began. */
final class CompactedTopic {
    private CompactedTopic() {}

    /** In the order of the keys; what was taken back is not there. */
    static <V> Map<String, V> read(Topic<V> topic, Map<String, Object> config) {
        Map<String, ConsumerRecord<String, byte[]>> last = new TreeMap<>();
        WholeTopic.read(
                topic.name(),
                config,
                new StringDeserializer(),
                rec -> last.merge(rec.key(), rec, CompactedTopic::newer));
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
