package io.xylem.bench;

import io.xylem.proxy.control.RealmRoutes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Bytes that the sockets of a worker's consumer receive, all Kafka's overhead included: of a worker that hosts its share
 * of the instances and is interested in one service of a hundred, against one that hears of everything. The records are
 * written as routing writes them, to one partition: once with nobody else's in it, once with those of seven more workers
 * that want other services (1 024 workers over 128 partitions).
 */
final class RouteBytes implements Figure {
    private static final int CHANGES = 5_000;
    private static final int INTEREST_PERCENT = 1;
    private static final int SHARING = 8;
    private static final double BYTES_PER_KB = 1e3;
    private static final String GOAL = "at most 0.05, aim 0.015";

    private final Cluster cluster;
    private final RealmRoutes realm;
    private final Comparison readAlone = comparison("all at the start, alone in the partition");
    private final Comparison readShared = comparison("all at the start, 8 workers in the partition");
    private final Comparison changesAlone = comparison(CHANGES + " changes, alone in the partition");
    private final Comparison changesShared = comparison(CHANGES + " changes, 8 workers in the partition");

    RouteBytes(Setup setup, RealmRoutes realm) throws Exception {
        this.realm = realm;
        cluster = Cluster.start(setup);
    }

    private static Comparison comparison(String what) {
        return new Comparison("bytes to a worker with 1 % of the services: " + what, "kB", GOAL);
    }

    /** Bytes of one worker's consumer. */
    private record Received(double atTheStart, double ofChanges) {}

    @Override
    public void round(int round) throws Exception {
        Received[] received = new Received[3];
        for (int i = 0; i < received.length; i++) {
            int mode = (i + round) % received.length;
            received[mode] = receive("bytes-" + round + "-" + mode, mode == 0 ? 0 : mode == 1 ? 1 : SHARING, round);
        }
        readAlone.add(received[0].atTheStart, received[1].atTheStart);
        readShared.add(received[0].atTheStart, received[2].atTheStart);
        changesAlone.add(received[0].ofChanges, received[1].ofChanges);
        changesShared.add(received[0].ofChanges, received[2].ofChanges);
    }

    /** @param sharing workers whose records the topic has; 0 for everything once */
    private Received receive(String topic, int sharing, int round) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
            admin.createTopics(List.of(new NewTopic(topic, Optional.of(1), Optional.empty())))
                    .all()
                    .get();
        }
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            try (KafkaProducer<String, byte[]> producer = producer(16_384)) {
                for (int service = 0; service < realm.services; service++) {
                    send(
                            producer,
                            topic,
                            sharing,
                            service,
                            -1,
                            realm.serviceKey(service),
                            realm.serviceValue(service),
                            1);
                }
                for (int n = 0; n < realm.instances; n++) {
                    send(producer, topic, sharing, n, true, 2L + n);
                }
            }
            double atTheStart = readToTheEnd(consumer, partition);
            Random random = new Random(round); // the same changes for each mode
            // One batch a record, as they come one after the other.
            try (KafkaProducer<String, byte[]> producer = producer(0)) {
                for (int change = 0; change < CHANGES; change++) {
                    send(producer, topic, sharing, random.nextInt(realm.instances), false, 1_000_000L + change);
                }
            }
            return new Received(atTheStart, readToTheEnd(consumer, partition) - atTheStart);
        }
    }

    private void send(
            KafkaProducer<String, byte[]> producer, String topic, int sharing, int n, boolean ready, long version) {
        byte[] value = realm.instanceValue(n, ready, version);
        send(producer, topic, sharing, n % realm.services, n % realm.workers, realm.instanceKey(n), value, version);
    }

    /** To everybody, or to those of the workers that host it or want its service. */
    private void send(
            KafkaProducer<String, byte[]> producer,
            String topic,
            int sharing,
            int service,
            int host,
            String key,
            byte[] value,
            long version) {
        if (sharing == 0) {
            var _ = producer.send(new ProducerRecord<>(topic, 0, key, value, RealmRoutes.headers(version)));
        }
        int period = 100 / INTEREST_PERCENT;
        for (int worker = 0; worker < sharing; worker++) {
            if (host == worker || service % period == worker) {
                var _ = producer.send(new ProducerRecord<>(
                        topic, 0, RealmRoutes.fed(worker, key), value, RealmRoutes.headers(version)));
            }
        }
    }

    private static double readToTheEnd(KafkaConsumer<String, byte[]> consumer, TopicPartition partition) {
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        while (consumer.position(partition) < end) {
            consumer.poll(Duration.ofMillis(100));
        }
        return consumer.metrics().values().stream()
                        .filter(metric -> metric.metricName().name().equals("incoming-byte-total")
                                && metric.metricName().group().equals("consumer-metrics"))
                        .mapToDouble(metric -> (double) metric.metricValue())
                        .sum()
                / BYTES_PER_KB;
    }

    private KafkaConsumer<String, byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", cluster.bootstrap(), "isolation.level", "read_committed"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private KafkaProducer<String, byte[]> producer(int batchBytes) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.bootstrap(), "batch.size", batchBytes, "linger.ms", 0),
                new StringSerializer(),
                new ByteArraySerializer());
    }

    @Override
    public List<Comparison> comparisons() {
        return List.of(readAlone, readShared, changesAlone, changesShared);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
