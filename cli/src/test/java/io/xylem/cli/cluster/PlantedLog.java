package io.xylem.cli.cluster;

import io.xylem.schemas.Headers;
import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.InstanceAllocation;
import io.xylem.schemas.avro.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a log's first partition with three faults: an outcome that tells another address, an instance that has the
 * addresses of another, and a removal that does not take back.
 */
final class PlantedLog {
    private final Map<String, Object> clients;
    private final List<TopicLog.Entry> events;
    private final List<TopicLog.Entry> outcomes;
    private final List<TopicLog.Entry> allocations;
    private final List<TopicLog.Entry> hashes;
    long tamperedOffset = -1;
    long duplicateOffset = -1;
    long leakOffset = -1;

    PlantedLog(Map<String, Object> clients) {
        this.clients = clients;
        events = read(Topics.DEPLOYMENT_EVENTS);
        outcomes = read(Topics.OUTCOMES);
        allocations = read(Topics.ALLOCATIONS);
        hashes = read(Topics.STATE_HASHES);
        plantDuplicate();
        plantLeak();
        tamper();
    }

    long firstOffset() {
        return Math.min(tamperedOffset, Math.min(duplicateOffset, leakOffset));
    }

    void copyTo(FireCluster target) throws Exception {
        try (var producer = new KafkaProducer<>(target.clients(), new StringSerializer(), new ByteArraySerializer())) {
            write(producer, Topics.DEPLOYMENT_EVENTS, events);
            write(producer, Topics.OUTCOMES, outcomes);
            write(producer, Topics.ALLOCATIONS, allocations);
            write(producer, Topics.STATE_HASHES, hashes);
        }
    }

    /** After the record of a placement, one that gives the same addresses to another instance. */
    private void plantDuplicate() {
        for (int i = allocations.size() / 3; duplicateOffset < 0; i++) {
            TopicLog.Entry entry = allocations.get(i);
            if (entry.hex().isEmpty()) {
                continue;
            }
            Allocation allocation = decode(Topics.ALLOCATIONS, entry);
            if (allocation.getBody() instanceof InstanceAllocation body) {
                InstanceAllocation other =
                        InstanceAllocation.newBuilder(body).setInstance(4_711).build();
                String key = entry.key().substring(0, entry.key().lastIndexOf('|') + 1) + 4_711;
                allocations.add(
                        i + 1,
                        new TopicLog.Entry(
                                key,
                                encode(
                                        Topics.ALLOCATIONS,
                                        new Allocation(allocation.getRealm(), allocation.getVersion(), other)),
                                entry.headers(),
                                entry.timestamp()));
                duplicateOffset = allocation.getVersion();
            }
        }
    }

    /** The last taking back of an instance that never comes again is not there. */
    private void plantLeak() {
        Set<String> later = new HashSet<>();
        for (int i = allocations.size() - 1; leakOffset < 0; i--) {
            TopicLog.Entry entry = allocations.get(i);
            if (entry.hex().isEmpty() && entry.key().contains("|instance|") && later.add(entry.key())) {
                allocations.remove(i);
                leakOffset =
                        Long.parseLong(Objects.requireNonNull(entry.headers().get(Headers.VERSION)));
            }
            later.add(entry.key());
        }
    }

    /** The second half's first outcome of a placement tells the address of a placement before. */
    private void tamper() {
        Outcome before = null;
        Set<Long> seen = new HashSet<>();
        for (int i = 0; tamperedOffset < 0; i++) {
            Outcome outcome = decode(Topics.OUTCOMES, outcomes.get(i));
            boolean isPlacement = seen.add(outcome.getOffset())
                    && outcome.getType().equals("InstanceScheduled")
                    && outcome.getInstanceIp() != null;
            if (isPlacement
                    && before != null
                    && !Objects.equals(before.getInstanceIp(), outcome.getInstanceIp())
                    && i >= outcomes.size() / 2) {
                Outcome tampered = Outcome.newBuilder(outcome)
                        .setInstanceIp(before.getInstanceIp())
                        .build();
                TopicLog.Entry entry = outcomes.get(i);
                outcomes.set(
                        i,
                        new TopicLog.Entry(
                                entry.key(), encode(Topics.OUTCOMES, tampered), entry.headers(), entry.timestamp()));
                tamperedOffset = outcome.getOffset();
            } else if (isPlacement) {
                before = outcome;
            }
        }
    }

    private List<TopicLog.Entry> read(Topic<?> topic) {
        return new ArrayList<>(TopicLog.read(topic, clients).entries(0));
    }

    private <V> V decode(Topic<V> topic, TopicLog.Entry entry) {
        try (var serde = topic.valueSerde(clients)) {
            return serde.deserializer().deserialize(topic.name(), entry.bytes());
        }
    }

    private <V> String encode(Topic<V> topic, V value) {
        try (var serde = topic.valueSerde(clients)) {
            return HexFormat.of().formatHex(serde.serializer().serialize(topic.name(), value));
        }
    }

    private static void write(KafkaProducer<String, byte[]> producer, Topic<?> topic, List<TopicLog.Entry> entries) {
        for (TopicLog.Entry entry : entries) {
            byte @Nullable [] value = entry.hex().isEmpty() ? null : entry.bytes();
            var copy = new ProducerRecord<>(topic.name(), 0, entry.timestamp(), entry.key(), value);
            entry.headers().forEach((name, text) -> copy.headers().add(name, text.getBytes(StandardCharsets.UTF_8)));
            var _ = producer.send(copy);
        }
    }
}
