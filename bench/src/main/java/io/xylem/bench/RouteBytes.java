package io.xylem.bench;

import io.xylem.proxy.control.RealmRoutes;
import io.xylem.schemas.RealmPartitioner;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
 * written as routing writes them, to one partition: with nobody else's in it, and with those of as many other workers,
 * which want other services, as share a partition of worker-routes with half of a full realm's workers, or with all but
 * one of a hundred.
 */
final class RouteBytes implements Figure {
    private static final String FOR_ALL = "bench.for-all";
    private static final String FOR_EACH = "bench.for-each";
    private static final int CHANGES = 5_000;
    private static final int INTEREST_PERCENT = 1;
    private static final double BYTES_PER_KB = 1e3;
    private static final String GOAL = "at most 0.05, aim 0.015";

    private final Cluster cluster;
    private final RealmRoutes realm;
    private final List<Sharing> sharing;

    /** @param partitions of worker-routes */
    RouteBytes(Setup setup, RealmRoutes realm, int partitions) throws Exception {
        this.realm = realm;
        cluster = Cluster.start(setup);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrap()))) {
            admin.createTopics(List.of(
                            new NewTopic(FOR_ALL, Optional.of(setup.rounds()), Optional.empty()),
                            // What a consumer is told of its topic grows with the partitions.
                            new NewTopic(FOR_EACH, Optional.of(partitions), Optional.empty())))
                    .all()
                    .get();
        }
        int half = workersInThePartition(partitions, 0.5);
        int most = workersInThePartition(partitions, 0.99);
        sharing = List.of(
                new Sharing(1, "alone in its partition (of " + partitions + "), as all with numbered names"),
                new Sharing(half, half + " workers in its partition (the median of other names)"),
                new Sharing(most, most + " workers in its partition (99 % of other names have no more)"));
    }

    /** How many workers without numbers has a worker's partition at most, itself among them, for this part of the workers? */
    private int workersInThePartition(int partitions, double part) {
        int[] counts = new int[partitions];
        int[] of = IntStream.range(0, realm.workers)
                .map(worker -> RealmPartitioner.partition(RealmRoutes.REALM, "w" + worker + ".", partitions))
                .toArray();
        for (int partition : of) {
            counts[partition]++;
        }
        return (int) Comparison.percentile(
                Arrays.stream(of).mapToDouble(partition -> counts[partition]).toArray(), part);
    }

    /** As many workers' records in one partition. */
    private static final class Sharing {
        final int workers;
        final Comparison atTheStart;
        final Comparison ofChanges;

        Sharing(int workers, String what) {
            this.workers = workers;
            atTheStart = comparison("all at the start, " + what);
            ofChanges = comparison(CHANGES + " changes, " + what);
        }

        private static Comparison comparison(String what) {
            return new Comparison("bytes to a worker with 1 % of the services: " + what, "kB", GOAL);
        }
    }

    /** Bytes of one worker's consumer. */
    private record Received(double atTheStart, double ofChanges) {}

    @Override
    public void round(int round) throws Exception {
        Received[] received = new Received[1 + sharing.size()];
        for (int i = 0; i < received.length; i++) {
            int mode = (i + round) % received.length;
            int workers = mode == 0 ? 0 : sharing.get(mode - 1).workers;
            received[mode] = receive(
                    workers == 0
                            ? new TopicPartition(FOR_ALL, round)
                            : new TopicPartition(FOR_EACH, round * sharing.size() + mode - 1),
                    workers,
                    round);
        }
        for (int mode = 1; mode < received.length; mode++) {
            Sharing with = sharing.get(mode - 1);
            with.atTheStart.add(received[0].atTheStart, received[mode].atTheStart);
            with.ofChanges.add(received[0].ofChanges, received[mode].ofChanges);
        }
    }

    /** @param sharing workers whose records the partition has; 0 for everything once */
    private Received receive(TopicPartition partition, int sharing, int round) {
        try (KafkaConsumer<String, byte[]> consumer = consumer()) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            try (KafkaProducer<String, byte[]> producer = producer(16_384)) {
                for (int service = 0; service < realm.services; service++) {
                    send(
                            producer,
                            partition,
                            sharing,
                            service,
                            -1,
                            realm.serviceKey(service),
                            realm.serviceValue(service),
                            1);
                }
                for (int n = 0; n < realm.instances; n++) {
                    send(producer, partition, sharing, n, true, 2L + n);
                }
            }
            double atTheStart = readToTheEnd(consumer, partition);
            Random random = new Random(round); // the same changes for each mode
            // One batch a record, as they come one after the other.
            try (KafkaProducer<String, byte[]> producer = producer(0)) {
                for (int change = 0; change < CHANGES; change++) {
                    send(producer, partition, sharing, random.nextInt(realm.instances), false, 1_000_000L + change);
                }
            }
            return new Received(atTheStart, readToTheEnd(consumer, partition) - atTheStart);
        }
    }

    private void send(
            KafkaProducer<String, byte[]> producer,
            TopicPartition partition,
            int sharing,
            int n,
            boolean ready,
            long version) {
        byte[] value = realm.instanceValue(n, ready, version);
        send(producer, partition, sharing, n % realm.services, n % realm.workers, realm.instanceKey(n), value, version);
    }

    /** To everybody, or to those of the workers that host it or want its service. */
    private void send(
            KafkaProducer<String, byte[]> producer,
            TopicPartition partition,
            int sharing,
            int service,
            int host,
            String key,
            byte[] value,
            long version) {
        if (sharing == 0) {
            var _ = producer.send(new ProducerRecord<>(
                    partition.topic(), partition.partition(), key, value, RealmRoutes.headers(version)));
        }
        int period = 100 / INTEREST_PERCENT;
        for (int worker = 0; worker < sharing; worker++) {
            if (host == worker || service % period == worker) {
                var _ = producer.send(new ProducerRecord<>(
                        partition.topic(),
                        partition.partition(),
                        RealmRoutes.fed(worker, key),
                        value,
                        RealmRoutes.headers(version)));
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
        return sharing.stream()
                .flatMap(with -> Stream.of(with.atTheStart, with.ofChanges))
                .toList();
    }

    @Override
    public void close() {
        cluster.close();
    }
}
