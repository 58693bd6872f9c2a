package io.xylem.routing.stream;

import io.xylem.runtime.Latency;
import io.xylem.schemas.Applications;
import io.xylem.schemas.Topics;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Kafka Streams as routing needs it: what a user may tune, and what correctness rests on. */
public final class StreamsSettings {
    /**
     * At least once, nothing that is sent waits for a commit, whatever the latency that is asked for; but each commit
     * waits for all that is sent. After a crash so much is read again.
     */
    public static final int COMMIT_INTERVAL_MS = 1_000;

    /** Of all that it writes. */
    public static final String COMPRESSION = "none";

    /** Of the one store that is cached; some ten thousand changes that wait for ten workers each. */
    private static final long OPEN_CHANGES_CACHE_BYTES = 4 << 20;

    private StreamsSettings() {}

    /** @param users the user's own Kafka settings; they win over the tuning and not over the rest */
    public static Properties of(Map<String, Object> users, Latency latency) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, Applications.routing());
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL_MS);
        settings.put(StreamsConfig.POLL_MS_CONFIG, latency.pollMs());
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, OPEN_CHANGES_CACHE_BYTES);
        // Streams' own default of 100 ms would be most of the time from event to route.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
        // One change makes records in a dozen partitions, and each request wakes as many readers. So one request at a
        // time:
        // what comes meanwhile goes together with the next one, the more the busier the broker is.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION), 1);
        // Most batches are of a record or a few, with little in them to compress; but each would take 128 KiB of fresh
        // buffers here, and be unpacked by the broker and by its reader.
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), COMPRESSION);
        settings.putAll(users);

        // Every route says what holds, so a repetition is harmless, and a transaction would only cost time.
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        // The allocator writes in transactions; what it has aborted was never allocated.
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.ISOLATION_LEVEL_CONFIG), "read_committed");
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        settings.put(
                StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, UndecodableToDeadLetters.class.getName());
        settings.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, MalformedToDeadLetters.class.getName());
        settings.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, Topics.DEAD_LETTERS.name());
        settings.put("processing.exception.handler.global.enabled", true);
        Properties properties = new Properties();
        settings.forEach((key, value) -> properties.put(key, value));
        return properties;
    }
}
