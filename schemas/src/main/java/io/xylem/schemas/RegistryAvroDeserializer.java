package io.xylem.schemas;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericContainer;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads Confluent's wire format. The writer's schema comes from the registry, once an id; the reader's is that of the
 * generated class, and Avro resolves the one into the other. Safe for use by several threads once configured.
 */
public final class RegistryAvroDeserializer<T extends GenericContainer> implements Deserializer<T> {
    private final Map<Integer, DatumReader<T>> readers = new ConcurrentHashMap<>();
    private @Nullable RegistryConfig config;
    private @Nullable SchemaRegistry registry;
    private boolean isKey;

    public RegistryAvroDeserializer() {
        AvroSchemas.trustGeneratedClasses();
    }

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        config = new RegistryConfig(configs);
        registry = SchemaRegistry.of(config);
        this.isKey = isKey;
    }

    /**
     * Null, a removal, stays null.
     *
     * @throws SerializationException if the bytes are not a record that this reader understands
     * @throws RegistryUnavailableException if it can't be told: the writer's schema is not known yet
     */
    @Override
    public @Nullable T deserialize(String topic, byte @Nullable [] record) {
        if (record == null) {
            return null;
        }
        int id = WireFormat.schemaId(record);
        DatumReader<T> reader = readers.computeIfAbsent(id, this::reader);
        try {
            BinaryDecoder decoder = DecoderFactory.get()
                    .binaryDecoder(record, WireFormat.HEADER_BYTES, record.length - WireFormat.HEADER_BYTES, null);
            T value = reader.read(null, decoder);
            if (!decoder.isEnd()) {
                throw new SerializationException("bytes are left over after the value");
            }
            return value;
        } catch (IOException | RuntimeException e) {
            // Wrong bytes surface as any exception, e.g. an index out of bounds for an unknown branch of a union.
            throw new SerializationException(
                    "can't read a record of topic " + topic + ", " + record.length + " bytes written with schema id "
                            + id + ": " + e,
                    e);
        }
    }

    private DatumReader<T> reader(int id) {
        if (config == null || registry == null) {
            throw new IllegalStateException("the deserializer was not configured: it needs schema.registry.url");
        }
        Schema writer = registry.byId(id);
        if (!config.getBoolean(RegistryConfig.SPECIFIC_AVRO_READER)) {
            return new GenericDatumReader<>(writer);
        }
        Class<?> type = config.specificType(isKey).orElseGet(() -> classOf(writer));
        return new SpecificDatumReader<>(writer, SpecificData.get().getSchema(type));
    }

    private static Class<?> classOf(Schema writer) {
        Class<?> type = SpecificData.get().getClass(writer);
        if (type == null || !GenericContainer.class.isAssignableFrom(type)) {
            throw new SerializationException("there is no generated class for the writer's schema "
                    + writer.getFullName() + ", and specific.avro.reader asks for one");
        }
        return type;
    }
}
