package io.xylem.bench;

import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Convergence;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * From an event's publishing until every worker that it concerns goes by it, in a full realm: at a steady rate, and as
 * many changes as there can be. Against Q, the plain way of the same bytes: an exactly-once pass-through, an at-least-once
 * pass-through, one consumer. A change reaches each worker that it concerns, so for each change Q moves as many records as
 * workers are told of it (the whole part of the mean), and the last of them counts. Beside it, with the same goals: Q with
 * one record a change, whomever it concerns.
 *
 * <pre>
 *  publisher ─► broker ─► allocator ────► routing ──────► the workers concerned; the last of them counts
 *  publisher ─► broker ─► pass-through ─► pass-through ─► one consumer, of a record for each of them   (Q)
 * </pre>
 */
final class RouteConvergence implements Figure {
    private static final int PER_SECOND = 100;
    private static final int AT_RATE = 10 * PER_SECOND;
    private static final int BURST = 20_000;
    private static final int WARM_UPS = 3;
    private static final String TIME = PER_SECOND + " changes/s: published to applied on every interested worker, ";
    private static final String BURST_TIME =
            BURST + " changes at once, published to applied on every interested worker";
    private static final String ONE_RECORD = "; Q of one record a change";
    private static final String RECORDED = "the same by xylem.convergence, ";
    private static final String TIME_GOAL = "at most 2, aim 1.2";
    private static final String RATE_GOAL = "at least 0.4, aim 0.7";

    private final Cluster cluster;
    private final RoutedRealm realm;
    private final Jvm first;
    private final Jvm second;
    private final Pipe plain;
    private final Processors ofPlain;
    private final Processors ofRealm;
    private final KafkaConsumer<byte[], byte[]> convergence;
    private final TopicPartition recorded = new TopicPartition(Topics.CONVERGENCE.name(), 0);
    private final Deserializer<Convergence> values = Topics.CONVERGENCE
            .valueSerde(Map.of("schema.registry.url", Log.REGISTRY))
            .deserializer();

    private final Comparison p50 = new Comparison(TIME + "p50", "ms", TIME_GOAL);
    private final Comparison p99 = new Comparison(TIME + "p99", "ms", TIME_GOAL);
    private final Comparison recorded50 = new Comparison(RECORDED + "p50", "ms", "");
    private final Comparison recorded99 = new Comparison(RECORDED + "p99", "ms", "");
    private final Comparison rate = new Comparison(BURST_TIME, "1/s", RATE_GOAL);
    private final Comparison single50 = new Comparison(TIME + "p50" + ONE_RECORD, "ms", TIME_GOAL);
    private final Comparison single99 = new Comparison(TIME + "p99" + ONE_RECORD, "ms", TIME_GOAL);
    private final Comparison singleRate = new Comparison(BURST_TIME + ONE_RECORD, "1/s", RATE_GOAL);

    RouteConvergence(Setup setup, int workers, int workerPartitions) throws Exception {
        cluster = Cluster.start(setup, workerPartitions);
        first = cluster.startExactlyOnce(PassThrough.CHAIN_FROM, PassThrough.CHAIN_BETWEEN);
        second = cluster.startAtLeastOnce(PassThrough.CHAIN_BETWEEN, PassThrough.CHAIN_TO);
        plain = new Pipe(cluster.bootstrap(), PassThrough.CHAIN_FROM, PassThrough.CHAIN_TO);
        convergence = new KafkaConsumer<>(
                Map.of("bootstrap.servers", cluster.bootstrap()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        convergence.assign(List.of(recorded));
        realm = new RoutedRealm(cluster, setup.instances(), workers);
        ofPlain = new Processors()
                .of("broker", cluster.broker())
                .of("exactly once", first)
                .of("at least once", second)
                .ofThis("both ends");
        ofRealm = realm.processors(cluster.broker());
        for (int n = 0; n < WARM_UPS; n++) {
            burst(n);
            atRate(n);
        }
    }

    private record Rates(double plain, double single, double routed) {}

    private Rates burst(int round) throws Exception {
        List<ChangeLoad.Change> changes = realm.changes(BURST);
        double routed = round % 2 == 1 ? routed(changes) : 0;
        double single = passed(changes, 1);
        double passed = passed(changes, told(changes));
        return new Rates(passed, single, round % 2 == 1 ? routed : routed(changes));
    }

    private double passed(List<ChangeLoad.Change> changes, int copies) throws InterruptedException {
        List<Log.Message> messages = messages(changes).stream()
                .flatMap(message -> Stream.generate(() -> message).limit(copies))
                .toList();
        ofPlain.start();
        double perSecond = plain.burst(messages, second).perSecond() / copies;
        System.err.printf(
                "Q of %d a change %.0f/s; processor time of one change: %s%n",
                copies, perSecond, ofPlain.perOne(BURST));
        return perSecond;
    }

    /** How many workers a change concerns, the whole part of the mean. */
    private static int told(List<ChangeLoad.Change> changes) {
        int all = changes.stream().mapToInt(change -> change.concerned().size()).sum();
        return all / changes.size();
    }

    private double routed(List<ChangeLoad.Change> changes) throws Exception {
        ofRealm.start();
        double perSecond = realm.burst(changes);
        System.err.printf("routed %.0f/s; processor time of one change: %s%n", perSecond, ofRealm.perOne(BURST));
        return perSecond;
    }

    private record Times(double[] plainMs, double[] singleMs, double[] routedMs, double[] recordedMs) {}

    private Times atRate(int round) throws Exception {
        List<ChangeLoad.Change> changes = realm.changes(AT_RATE);
        convergence.seekToEnd(List.of(recorded));
        long _ = convergence.position(recorded);
        RoutedRealm.Latencies routed = round % 2 == 1 ? realm.atRate(changes, PER_SECOND) : null;
        List<Log.Message> messages = messages(changes);
        double[] single = plain.atRate(messages, PER_SECOND, second).latenciesMs();
        double[] passed =
                plain.atRate(messages, told(changes), PER_SECOND, second).latenciesMs();
        if (routed == null) {
            routed = realm.atRate(changes, PER_SECOND);
        }
        return new Times(passed, single, routed.latenciesMs(), recorded(routed.versions()));
    }

    private static List<Log.Message> messages(List<ChangeLoad.Change> changes) {
        return changes.stream().map(ChangeLoad.Change::message).toList();
    }

    /** By the broker's clock, from event to the last worker's report. */
    private double[] recorded(List<Long> versions) {
        Map<Long, Double> byVersion = new HashMap<>();
        while (!byVersion.keySet().containsAll(versions)) {
            for (ConsumerRecord<byte[], byte[]> record : convergence.poll(Duration.ofSeconds(1))) {
                Convergence of = values.deserialize(record.topic(), record.value());
                byVersion.put(of.getVersion(), (double) (of.getAppliedAt() - of.getEventAt()));
            }
        }
        return versions.stream()
                .mapToDouble(version -> byVersion.getOrDefault(version, 0.0))
                .toArray();
    }

    @Override
    public void round(int round) throws Exception {
        Times times = atRate(round);
        add(p50, p99, times.plainMs, times.routedMs);
        add(single50, single99, times.singleMs, times.routedMs);
        add(recorded50, recorded99, times.plainMs, times.recordedMs);
        Rates rates = burst(round);
        rate.add(rates.plain, rates.routed);
        singleRate.add(rates.single, rates.routed);
    }

    private static void add(Comparison p50, Comparison p99, double[] plainMs, double[] routedMs) {
        p50.add(Comparison.percentile(plainMs, 0.5), Comparison.percentile(routedMs, 0.5));
        p99.add(Comparison.percentile(plainMs, 0.99), Comparison.percentile(routedMs, 0.99));
    }

    @Override
    public List<Comparison> comparisons() {
        return List.of(p50, p99, single50, single99, recorded50, recorded99, rate, singleRate);
    }

    @Override
    public void close() {
        realm.close();
        convergence.close();
        plain.close();
        try (cluster) {
            second.close();
            first.close();
        }
    }
}
