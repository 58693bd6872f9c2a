package io.xylem.schemas;

import io.xylem.schemas.avro.WorkerStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Utils;

/**
 * One topic as the catalogue promises it. Keys are UTF-8 strings; the number of partitions is the cluster's, not the
 * topic's, because every record lies in the partition of its realm in every topic.
 *
 * @param localName without the prefix of {@link Namespace}
 * @param key what the key says, for people
 * @param retention how long a record is kept; empty means for ever
 * @param compatibility what the registry asks of the next schema of {@code <name>-value}; empty: the values have none
 * @param settings further topic settings, by Kafka's names
 * @param why the reason for cleanup and retention
 */
public record Topic<V>(
        String localName,
        String key,
        Class<V> valueType,
        Cleanup cleanup,
        Optional<Duration> retention,
        Optional<Compatibility> compatibility,
        Map<String, String> settings,
        String why) {

    /** Configuration key: the class of the value serdes, for users who bring Confluent's own. */
    public static final String VALUE_SERDE_CLASS = "value.serde.class";

    /** The same for who has no serde but its two halves, by the names that Kafka's clients have for them. */
    public static final String VALUE_SERIALIZER = "value.serializer";

    public static final String VALUE_DESERIALIZER = "value.deserializer";

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

    /** As the brokers know it. */
    public String name() {
        return Namespace.topic(localName);
    }

    /** The subject of the value schema, by Confluent's TopicNameStrategy. */
    public String valueSubject() {
        return name() + "-value";
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
     * A serde of the class that {@code value.serde.class} names, or of the two that {@code value.serializer} and
     * {@code value.deserializer} name (default {@link RegistryAvroSerde}), configured with {@code config} and told to
     * give this topic's type. The caller closes it.
     *
     * @throws ConfigException if there is no such class or the configuration is refused
     */
    public Serde<V> valueSerde(Map<String, ?> config) {
        if (valueType == byte[].class) {
            return cast(Serdes.ByteArray());
        }
        Serde<?> serde = newSerde(config);
        AvroSchemas.trustGeneratedClasses(); // another's serde would not
        Map<String, Object> specific = new HashMap<>(config);
        // Confluent's own would register our schemas a second time, with what only Java knows of strings.
        specific.putIfAbsent(RegistryConfig.REMOVE_JAVA_PROPERTIES, true);
        specific.put(RegistryConfig.SPECIFIC_AVRO_READER, true);
        // The reader decides the type, not whoever wrote the bytes.
        specific.put(RegistryConfig.SPECIFIC_AVRO_VALUE_TYPE, valueType.getName());
        serde.configure(specific, false);
        return valueType == WorkerStatus.class ? sealed(serde, config) : cast(serde);
    }

    @SuppressWarnings("unchecked")
    private Serde<V> sealed(Serde<?> serde, Map<String, ?> config) {
        return cast(StatusSeal.on((Serde<WorkerStatus>) serde, config));
    }

    private static Serde<?> newSerde(Map<String, ?> config) {
        Object serializer = config.get(VALUE_SERIALIZER);
        Object deserializer = config.get(VALUE_DESERIALIZER);
        Object serde = config.get(VALUE_SERDE_CLASS);
        if (serde != null) {
            return newInstance(VALUE_SERDE_CLASS, serde, Serde.class);
        }
        if (serializer == null && deserializer == null) {
            return new RegistryAvroSerde<>();
        }
        if (serializer == null || deserializer == null) {
            throw new ConfigException(VALUE_SERIALIZER + " and " + VALUE_DESERIALIZER + " go together, and only "
                    + (serializer == null ? VALUE_DESERIALIZER : VALUE_SERIALIZER) + " is set");
        }
        return serdeOf(
                newInstance(VALUE_SERIALIZER, serializer, Serializer.class),
                newInstance(VALUE_DESERIALIZER, deserializer, Deserializer.class));
    }

    /** Both are told what to write and read when they are configured; their classes can't say so. */
    @SuppressWarnings("unchecked")
    private static Serde<?> serdeOf(Serializer<?> serializer, Deserializer<?> deserializer) {
        return Serdes.serdeFrom((Serializer<Object>) serializer, (Deserializer<Object>) deserializer);
    }

    private static <T> T newInstance(String setting, Object named, Class<T> kind) {
        try {
            return named instanceof Class<?> type
                    ? Utils.newInstance(type, kind)
                    : Utils.newInstance(named.toString(), kind);
        } catch (ClassNotFoundException e) {
            throw new ConfigException(
                    setting,
                    named,
                    "no such class on the class path; without the setting it is " + RegistryAvroSerde.class.getName());
        }
    }

    /** The serde is told {@link #valueType} when it is configured; its class can't say so. */
    @SuppressWarnings("unchecked")
    private Serde<V> cast(Serde<?> serde) {
        return (Serde<V>) serde;
    }
}
