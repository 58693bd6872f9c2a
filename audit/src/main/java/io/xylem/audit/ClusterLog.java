package io.xylem.audit;

import io.xylem.schemas.Headers;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.StateHash;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/** The topics of a cluster, read and never written. */
final class ClusterLog {
    /** Where a partition of a topic begins and ends. */
    record Bounds(long begin, long end) {}

    private static final List<Topic<?>> TOPICS =
            List.of(Topics.DEPLOYMENT_EVENTS, Topics.OUTCOMES, Topics.ALLOCATIONS, Topics.STATE_HASHES);

    private final Map<String, Object> config;

    /** @param config of a consumer and of the value serdes */
    ClusterLog(Map<String, Object> config) {
        this.config = config;
    }

    /** The partitions that a realm can be in: all of them, or that of the one realm. */
    List<Integer> partitions(RealmFilter realms) {
        int count = partitionCount();
        if (realms.realm() != null) {
            return List.of(RealmPartitioner.partition(realms.realm(), count));
        }
        List<Integer> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(i);
        }
        return all;
    }

    int partitionCount() {
        try (var consumer = TopicReader.consumer(config)) {
            return count(consumer, Topics.DEPLOYMENT_EVENTS);
        }
    }

    private static int count(KafkaConsumer<String, byte[]> consumer, Topic<?> topic) {
        int count = consumer.partitionsFor(topic.name()).size();
        if (count == 0) {
            throw new KafkaException("there is no topic " + topic.name() + "; `xylem topics create` makes it");
        }
        return count;
    }

    /** Asked one after the other in the given order. */
    List<Bounds> bounds(int partition, List<Topic<?>> topics) {
        List<Bounds> bounds = new ArrayList<>();
        try (var consumer = TopicReader.consumer(config)) {
            for (Topic<?> topic : topics) {
                TopicPartition place = new TopicPartition(topic.name(), partition);
                // The client takes note of an end only for what it is assigned, and warns of all others.
                consumer.assign(List.of(place));
                long end = consumer.endOffsets(List.of(place)).getOrDefault(place, 0L);
                bounds.add(new Bounds(consumer.beginningOffsets(List.of(place)).getOrDefault(place, 0L), end));
            }
        }
        return bounds;
    }

    TopicReader<DeploymentEvent, LoggedEvent> events(int partition, long from, long end) {
        return new TopicReader<>(Topics.DEPLOYMENT_EVENTS, partition, from, end, config, ClusterLog::event);
    }

    TopicReader<Outcome, Records.OfOutcome> outcomes(int partition, long from, long end) {
        return new TopicReader<>(
                Topics.OUTCOMES,
                partition,
                from,
                end,
                config,
                (record, outcome) -> new Records.OfOutcome(record.offset(), record.timestamp(), outcome));
    }

    TopicReader<Allocation, Records.OfAllocation> allocations(int partition, long from, long end) {
        return new TopicReader<>(Topics.ALLOCATIONS, partition, from, end, config, ClusterLog::allocation);
    }

    TopicReader<StateHash, Records.OfHash> hashes(int partition, long from, long end) {
        return new TopicReader<>(Topics.STATE_HASHES, partition, from, end, config, ClusterLog::hash);
    }

    private static Records.OfHash hash(ConsumerRecord<String, byte[]> record, @Nullable StateHash hash) {
        return hash == null
                ? new Records.OfHash(record.offset(), String.valueOf(record.key()), -1, -1, "unreadable")
                : new Records.OfHash(
                        record.offset(), hash.getRealm(), hash.getOffset(), hash.getEvents(), hash.getHash());
    }

    private static LoggedEvent event(ConsumerRecord<String, byte[]> record, @Nullable DeploymentEvent event) {
        return new LoggedEvent(record.partition(), record.offset(), record.timestamp(), record.key(), event);
    }

    private static Records.OfAllocation allocation(
            ConsumerRecord<String, byte[]> record, @Nullable Allocation allocation) {
        boolean isReadable = (record.value() == null) == (allocation == null);
        String key = record.key() == null ? "" : record.key();
        return new Records.OfAllocation(record.offset(), key, version(record), allocation, isReadable);
    }

    private static @Nullable Long version(ConsumerRecord<String, byte[]> record) {
        try {
            return Headers.version(record.headers());
        } catch (IllegalArgumentException _) {
            return null;
        }
    }

    /** What tells this log from every other, also from one whose topics have the same names and were made anew. */
    String identity() {
        List<String> names = TOPICS.stream().map(Topic::name).toList();
        try (Admin admin = Admin.create(config)) {
            StringBuilder identity =
                    new StringBuilder(admin.describeCluster().clusterId().get());
            Map<String, TopicDescription> topics =
                    admin.describeTopics(names).allTopicNames().get();
            new TreeMap<>(topics)
                    .forEach((name, topic) -> identity.append(' ')
                            .append(name)
                            .append(' ')
                            .append(topic.topicId())
                            .append(' ')
                            .append(topic.partitions().size()));
            return identity.toString();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(e.getCause());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
