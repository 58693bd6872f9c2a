package io.xylem.cli.cluster;

import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** What one allocator that nobody disturbs makes of a log, in a cluster of its own: all of it is decided and committed. */
public final class UndisturbedRun implements AutoCloseable {
    private final FireCluster cluster;

    private UndisturbedRun(FireCluster cluster) {
        this.cluster = cluster;
    }

    /**
     * @param registry knows the schemas of the log
     * @param settings of the allocator
     */
    public static UndisturbedRun of(TopicLog events, Path dir, String registry, Map<String, String> settings)
            throws IOException {
        var cluster =
                FireCluster.keepingTimes(dir, registry, events.partitions().size());
        try {
            copy(events, cluster);
            cluster.startAllocator("calm", settings);
            try (var written = new Written(Topics.OUTCOMES, cluster)) {
                written.awaitTotal(events.size());
            }
            cluster.endAllocators(); // in order: all is committed
        } catch (IOException | RuntimeException | AssertionError e) {
            cluster.close();
            throw e;
        }
        return new UndisturbedRun(cluster);
    }

    private static void copy(TopicLog events, FireCluster cluster) {
        try (var producer = new KafkaProducer<>(cluster.clients(), new StringSerializer(), new ByteArraySerializer())) {
            for (int partition = 0; partition < events.partitions().size(); partition++) {
                for (TopicLog.Entry event : events.entries(partition)) {
                    var _ = producer.send(new ProducerRecord<>(
                            Topics.DEPLOYMENT_EVENTS.name(), partition, event.timestamp(), event.key(), event.bytes()));
                }
            }
        }
    }

    public TopicLog read(Topic<?> topic) {
        return TopicLog.read(topic, cluster.clients());
    }

    @Override
    public void close() {
        cluster.close();
    }
}
