package io.xylem.allocator.stream;

import io.xylem.balancing.Policies;
import io.xylem.runtime.Latency;
import io.xylem.runtime.Settings;
import io.xylem.schemas.Applications;
import io.xylem.schemas.Topics;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler;

/** Kafka Streams as the allocator needs it: what a user may change, and what not. */
public final class StreamsSettings {
    static final String HASH_INTERVAL_EVENTS = "xylem.hash.interval.events";

    private StreamsSettings() {}

    /** All settings of the process. */
    public static ConfigDef definition() {
        return Settings.common()
                .define(
                        StreamsConfig.STATE_DIR_CONFIG,
                        ConfigDef.Type.STRING,
                        ConfigDef.Importance.HIGH,
                        "Directory of the local state; of one process only. Lost, it is restored from the changelog.")
                .define(
                        HASH_INTERVAL_EVENTS,
                        ConfigDef.Type.INT,
                        1_000,
                        ConfigDef.Range.atLeast(1),
                        ConfigDef.Importance.LOW,
                        "After how many events of a realm the hash of its state is published.")
                .define(
                        Policies.DIRECTORY_SETTING,
                        ConfigDef.Type.STRING,
                        "",
                        ConfigDef.Importance.MEDIUM,
                        "A directory with the jars of further balancing policies; empty for none.");
    }

    static Map<String, Object> of(Map<String, Object> user, Latency latency) {
        Map<String, Object> config = new HashMap<>();
        // Both together, or the poll holds every transaction up.
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, latency.commitIntervalMs());
        config.put(StreamsConfig.POLL_MS_CONFIG, latency.pollMs());
        // Records gather for the whole of a transaction: its commit sends what waits, however short it waited.
        config.put(StreamsConfig.producerPrefix("linger.ms"), 100);
        config.put(StreamsConfig.producerPrefix("batch.size"), 1 << 18);
        config.put(StreamsConfig.producerPrefix("compression.type"), "lz4");
        // A task reads one partition, so no record has another one's to wait for.
        config.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, StoreTuning.class);
        config.put(StreamsConfig.consumerPrefix("session.timeout.ms"), 10_000);
        config.put(StreamsConfig.consumerPrefix("heartbeat.interval.ms"), 3_000);
        config.putAll(user);
        // From here on, what the promises of the allocator stand on.
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, Applications.allocator());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        config.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, DeadLetterHandler.class);
        config.put(StreamsConfig.ERRORS_DEAD_LETTER_QUEUE_TOPIC_NAME_CONFIG, Topics.DEAD_LETTERS.name());
        // A fault in a decision must abort its transaction: going on would commit half of an event and lose it.
        config.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndFailProcessingExceptionHandler.class);
        // Deprecated as a constant because 5.0 behaves so anyway; 4.3 warns without it.
        config.put("processing.exception.handler.global.enabled", true);
        return config;
    }
}
