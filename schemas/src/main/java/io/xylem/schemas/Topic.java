package io.xylem.schemas;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * One topic as the catalogue promises it. Keys are UTF-8 strings; the number of partitions is the cluster's, not the
 * topic's, because every record lies in the partition of its realm in every topic.
 *
 * @param key what the key says, for people
 * @param retention how long a record is kept; empty means for ever
 * @param compatibility what the registry asks of the next schema of {@code <name>-value}; empty: the values have none
 * @param settings further topic settings, by Kafka's names
 * @param why the reason for cleanup and retention
 */
public record Topic<V>(
        String name,
        String key,
        Class<V> valueType,
        Cleanup cleanup,
        Optional<Duration> retention,
        Optional<Compatibility> compatibility,
        Map<String, String> settings,
        String why) {

    /** Configuration key: the class of the value serdes, for users who bring Confluent's own. */
    public static final String VALUE_SERDE_CLASS = "value.serde.class";

    /** What happens to old records; {@code setting} is Kafka's {@code cleanup.policy}. */
    public enum Cleanup {
        DELETE("delete"),
        COMPACT("compact"),
        COMPACT_AND_DELETE("compact,delete");

        private final String setting;

        Cleanup(String setting) {
            this.setting = setting;
        }

        String setting() {
            return setting;
        }
    }

    public Topic {
        settings = Map.copyOf(settings);
    }

    /** The subject of the value schema, by Confluent's TopicNameStrategy. */
    public String valueSubject() {
        return name + "-value";
    }

    /** The schema under {@link #valueSubject}; empty: the values are bytes. */
    public Optional<Schema> valueSchema() {
        return valueType == byte[].class
                ? Optional.empty()
                : Optional.of(AvroSchemas.withoutJavaStrings(SpecificData.get().getSchema(valueType)));
    }

    /** All topic-level settings by which the topic is created and checked. */
    public Map<String, String> configs() {
        Map<String, String> configs = new HashMap<>(settings);
        configs.put(TopicConfig.CLEANUP_POLICY_CONFIG, cleanup.setting());
        configs.put(
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(retention.map(Duration::toMillis).orElse(-1L)));
        // A broker's default may limit the size; only time limits ours.
        configs.put(TopicConfig.RETENTION_BYTES_CONFIG, "-1");
        return Map.copyOf(configs);
    }

    /**
     * A serde of the class that {@code value.serde.class} names (default {@link RegistryAvroSerde}), configured with
     * {@code config} and told to give this topic's type. The caller closes it.
     *
     * @throws ConfigException if there is no such class or the configuration is refused
     */
    public Serde<V> valueSerde(Map<String, ?> config) {
        if (valueType == byte[].class) {
            return cast(Serdes.ByteArray());
        }
        Serde<?> serde = newSerde(config.get(VALUE_SERDE_CLASS));
        Map<String, Object> specific = new HashMap<>(config);
        specific.put(RegistryConfig.SPECIFIC_AVRO_READER, true);
        // The reader decides the type, not whoever wrote the bytes.
        specific.put(RegistryConfig.SPECIFIC_AVRO_VALUE_TYPE, valueType.getName());
        serde.configure(specific, false);
        return cast(serde);
    }

    private static Serde<?> newSerde(@Nullable Object serdeClass) {
        if (serdeClass == null) {
            return new RegistryAvroSerde<>();
        }
        try {
            return serdeClass instanceof Class<?> type
                    ? Utils.newInstance(type, Serde.class)
                    : Utils.newInstance(serdeClass.toString(), Serde.class);
        } catch (ClassNotFoundException e) {
            throw new ConfigException(
                    VALUE_SERDE_CLASS,
                    serdeClass,
                    "no such class on the class path; the built-in one is " + RegistryAvroSerde.class.getName());
        }
    }

    /** The serde is told {@link #valueType} when it is configured; its class can't say so. */
    @SuppressWarnings("unchecked")
    private Serde<V> cast(Serde<?> serde) {
        return (Serde<V>) serde;
    }
}
