package io.xylem.bench;

import io.xylem.routing.stream.StreamsSettings;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/**
 * The yardstick: Kafka Streams with nothing to do. Bytes go through unread, with the commit, poll, compression and
 * consumer settings of the allocator (exactly once) or of routing (at least once). Arguments:
 * {@code BOOTSTRAP STATE_DIR COMMIT_MS POLL_MS GUARANTEE FROM TO}.
 */
final class PassThrough {
    static final String FROM = "bench.pass-through-in";
    static final String TO = "bench.pass-through-out";
    static final String CHAIN_FROM = "bench.chain-in";
    static final String CHAIN_BETWEEN = "bench.chain-between";
    static final String CHAIN_TO = "bench.chain-out";
    private static final String SOURCE = "in";

    private PassThrough() {}

    public static void main(String[] args) throws InterruptedException {
        Topology topology = new Topology();
        topology.addSource(
                SOURCE, Serdes.ByteArray().deserializer(), Serdes.ByteArray().deserializer(), args[5]);
        topology.addSink(
                "out",
                args[6],
                Serdes.ByteArray().serializer(),
                Serdes.ByteArray().serializer(),
                SOURCE);
        boolean isRouting = args[4].equals(StreamsConfig.AT_LEAST_ONCE);
        run(
                topology,
                args,
                Map.of(
                        StreamsConfig.producerPrefix("linger.ms"),
                        0,
                        StreamsConfig.producerPrefix("compression.type"),
                        isRouting ? StreamsSettings.COMPRESSION : "lz4"));
    }

    /**
     * Until the process is told to end.
     *
     * @param args {@code BOOTSTRAP STATE_DIR COMMIT_MS POLL_MS GUARANTEE NAME …}; NAME begins the application's id
     * @param more settings
     */
    static void run(Topology topology, String[] args, Map<String, Object> more) throws InterruptedException {
        Properties config = new Properties();
        config.putAll(Map.of(
                StreamsConfig.APPLICATION_ID_CONFIG,
                args[5] + "-pass-through",
                StreamsConfig.BOOTSTRAP_SERVERS_CONFIG,
                args[0],
                StreamsConfig.STATE_DIR_CONFIG,
                args[1],
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                args[2],
                StreamsConfig.POLL_MS_CONFIG,
                args[3],
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                args[4],
                StreamsConfig.producerPrefix("compression.type"),
                "lz4",
                StreamsConfig.consumerPrefix("session.timeout.ms"),
                10_000,
                StreamsConfig.consumerPrefix("heartbeat.interval.ms"),
                3_000,
                StreamsConfig.consumerPrefix("isolation.level"),
                "read_committed"));
        config.putAll(more);
        KafkaStreams streams = new KafkaStreams(topology, config);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> streams.close(CloseOptions.timeout(Duration.ofSeconds(20))
                        .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP))));
        streams.start();
        new CountDownLatch(1).await();
    }
}
