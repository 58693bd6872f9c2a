package io.xylem.cli.cluster;

import io.xylem.schemas.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Counts what is written to a topic while it is written, before it is committed. */
final class Written implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(50);

    private final FireCluster cluster;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final long[] counts;

    Written(Topic<?> topic, FireCluster cluster) {
        this.cluster = cluster;
        this.counts = new long[cluster.partitions()];
        Map<String, Object> settings = new HashMap<>(cluster.clients());
        settings.put("isolation.level", "read_uncommitted");
        consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        partitions = IntStream.range(0, counts.length)
                .mapToObj(partition -> new TopicPartition(topic.name(), partition))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    long total() {
        return IntStream.range(0, counts.length).mapToLong(i -> counts[i]).sum();
    }

    void awaitMore(int partition, int records) {
        long target = counts[partition] + records;
        cluster.await(
                records + " more outcomes in partition " + partition, () -> poll() && counts[partition] >= target);
    }

    /** The marks are set before the wait: what comes in one partition while another is waited for counts, too. */
    void awaitMoreInEach() {
        long[] before = counts.clone();
        cluster.await(
                "an outcome more in each partition",
                () -> poll() && IntStream.range(0, counts.length).allMatch(i -> counts[i] > before[i]));
    }

    void awaitTotal(long records) {
        cluster.await(records + " outcomes", () -> poll() && total() >= records);
    }

    /** Up to what is there now. */
    void drain() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        cluster.await(
                "the end of the topic",
                () -> poll()
                        && ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue()));
    }

    private boolean poll() {
        consumer.poll(POLL).forEach(rec -> counts[rec.partition()]++);
        return true;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
