package io.xylem.schemas;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericContainer;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumWriter;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * Avro records in Confluent's wire format, for generated and generic classes. Asks the registry once a schema and
 * topic. Safe for use by several threads once configured.
 */
public final class RegistryAvroSerializer<T extends GenericContainer> implements Serializer<T> {
    private final Map<Written, Format<T>> formats = new ConcurrentHashMap<>();
    private @Nullable RegistryConfig config;
    private @Nullable SchemaRegistry registry;
    private boolean isKey;

    private record Written(String topic, Schema schema) {}

    /** Under which id, and in which schema, records are written; {@code writer} writes the value's own schema. */
    private record Format<T>(int id, Schema schema, DatumWriter<T> writer) {}

    public RegistryAvroSerializer() {
        AvroSchemas.trustGeneratedClasses();
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        config = new RegistryConfig(configs);
        config.subjectNames(isKey);
        registry = SchemaRegistry.of(config);
        this.isKey = isKey;
    }

    /** Null, a removal, stays null. */
    @Override
    public byte @Nullable [] serialize(String topic, @Nullable T value) {
        if (value == null) {
            return null;
        }
        Schema schema = value.getSchema();
        Format<T> format = formats.computeIfAbsent(new Written(topic, schema), this::agree);
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream(256);
            out.writeBytes(WireFormat.header(format.id));
            if (format.schema.equals(schema)) {
                write(format.writer, value, out);
            } else {
                rewrite(value, format, out);
            }
            return out.toByteArray();
        } catch (IOException | RuntimeException e) {
            // Avro throws a cast or null pointer exception where the value does not fit its schema.
            throw new SerializationException(
                    "can't write a " + schema.getFullName() + " to topic " + topic + ": " + e, e);
        }
    }

    private Format<T> agree(Written written) {
        if (config == null || registry == null) {
            throw new IllegalStateException("the serializer was not configured: it needs schema.registry.url");
        }
        Schema schema = written.schema;
        String subject = config.subjectNames(isKey).subject(written.topic, isKey, schema);
        Schema registered = config.getBoolean(RegistryConfig.REMOVE_JAVA_PROPERTIES)
                ? AvroSchemas.withoutJavaStrings(schema)
                : schema;
        boolean normalize = config.getBoolean(RegistryConfig.NORMALIZE_SCHEMAS);
        if (config.getBoolean(RegistryConfig.AUTO_REGISTER_SCHEMAS)) {
            return format(registry.register(subject, registered, normalize), schema, schema);
        }
        if (config.getBoolean(RegistryConfig.USE_LATEST_VERSION)) {
            return latest(subject, schema, registry.latest(subject));
        }
        return format(registry.lookup(subject, registered, normalize), schema, schema);
    }

    private Format<T> latest(String subject, Schema schema, SchemaRegistry.Registered latest) {
        if (latest.schema().equals(AvroSchemas.withoutJavaStrings(schema))) {
            return format(latest.id(), schema, schema);
        }
        List<String> obstacles = AvroSchemas.obstacles(latest.schema(), schema);
        if (!obstacles.isEmpty()) {
            throw new SerializationException("use.latest.version: the latest schema of subject '" + subject + "' (id "
                    + latest.id() + ") can't hold what is written: " + obstacles);
        }
        return format(latest.id(), latest.schema(), schema);
    }

    private Format<T> format(int id, Schema registered, Schema own) {
        SpecificData classes = SpecificData.getForSchema(own);
        // By what Avro's compiler wrote for a class, instead of a walk through its schema.
        classes.setCustomCoders(true);
        return new Format<>(id, registered, new SpecificDatumWriter<>(own, classes));
    }

    /** Fields are found by position, so a value can't be written in another schema directly. */
    private static <V extends GenericContainer> void rewrite(V value, Format<V> format, ByteArrayOutputStream out)
            throws IOException {
        ByteArrayOutputStream own = new ByteArrayOutputStream(256);
        write(format.writer, value, own);
        Object resolved = new GenericDatumReader<>(value.getSchema(), format.schema)
                .read(null, DecoderFactory.get().binaryDecoder(own.toByteArray(), null));
        write(new GenericDatumWriter<>(format.schema), resolved, out);
    }

    private static <V> void write(DatumWriter<V> writer, V value, ByteArrayOutputStream out) throws IOException {
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        writer.write(value, encoder);
        encoder.flush();
    }
}
