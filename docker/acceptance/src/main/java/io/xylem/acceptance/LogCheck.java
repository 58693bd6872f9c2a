package io.xylem.acceptance;

import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.DeploymentEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * What the log has of events that were acknowledged.
 *
 * @param missing are not in the log
 * @param unanswered have no outcome there
 * @param answeredTwice have more outcomes than they were published
 */
record LogCheck(int missing, int unanswered, int answeredTwice) {
    static LogCheck of(Map<String, Object> config, Set<String> acknowledged) {
        Map<String, Integer> events = new HashMap<>();
        Map<String, Integer> outcomes = new HashMap<>();
        try (Serde<DeploymentEvent> serde = Topics.DEPLOYMENT_EVENTS.valueSerde(config)) {
            read(config, Topics.DEPLOYMENT_EVENTS.name(), record -> {
                DeploymentEvent event = serde.deserializer().deserialize(record.topic(), record.value());
                events.merge(event.getId(), 1, Integer::sum);
            });
        }
        read(config, Topics.OUTCOMES.name(), record -> outcomes.merge(record.key(), 1, Integer::sum));
        Set<String> missing = new HashSet<>(acknowledged);
        missing.removeAll(events.keySet());
        Set<String> unanswered = new HashSet<>(acknowledged);
        unanswered.removeAll(outcomes.keySet());
        long answeredTwice = acknowledged.stream()
                .filter(id -> outcomes.getOrDefault(id, 0) > events.getOrDefault(id, 0))
                .count();
        return new LogCheck(missing.size(), unanswered.size(), Math.toIntExact(answeredTwice));
    }

    private static void read(Map<String, Object> config, String topic, Consumer<ConsumerRecord<String, byte[]>> each) {
        Map<String, Object> settings = new HashMap<>(config);
        settings.remove("schema.registry.url");
        settings.put("isolation.level", "read_committed");
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.getOrDefault(one, 0L))) {
                consumer.poll(Duration.ofMillis(200)).forEach(each);
            }
        }
    }
}
