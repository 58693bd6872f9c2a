package io.xylem.cli.cluster;

import io.xylem.schemas.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** All committed records of a topic. */
public record TopicLog(List<List<Entry>> partitions) {
    private static final Duration POLL = Duration.ofMillis(200);

    /** What two logs must agree in; values as text, so that a difference can be read. */
    public record Entry(String key, String hex, Map<String, String> headers, long timestamp) {
        static Entry of(ConsumerRecord<String, byte[]> record) {
            var headers = new TreeMap<String, String>();
            record.headers().forEach(h -> headers.put(h.key(), new String(h.value(), StandardCharsets.UTF_8)));
            String hex = record.value() == null ? "" : HexFormat.of().formatHex(record.value());
            return new Entry(record.key(), hex, headers, record.timestamp());
        }

        public byte[] bytes() {
            return HexFormat.of().parseHex(hex);
        }
    }

    public static TopicLog read(Topic<?> topic, Map<String, Object> clients) {
        Map<String, Object> settings = new HashMap<>(clients);
        settings.put("isolation.level", "read_committed");
        var entries = new ArrayList<List<Entry>>();
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(
                            0, consumer.partitionsFor(topic.name()).size())
                    .mapToObj(partition -> new TopicPartition(topic.name(), partition))
                    .toList();
            partitions.forEach(_ -> entries.add(new ArrayList<>()));
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(POLL).forEach(rec -> entries.get(rec.partition()).add(Entry.of(rec)));
            }
        }
        return new TopicLog(entries);
    }

    public List<Entry> entries(int partition) {
        return partitions.get(partition);
    }

    public List<String> keys(int partition) {
        return entries(partition).stream().map(Entry::key).toList();
    }

    int size(int partition) {
        return entries(partition).size();
    }

    public int size() {
        return partitions.stream().mapToInt(List::size).sum();
    }
}
