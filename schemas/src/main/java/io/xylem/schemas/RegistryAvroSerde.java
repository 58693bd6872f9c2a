package io.xylem.schemas;

import java.util.HashMap;
import java.util.Map;
import org.apache.avro.generic.GenericContainer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/** The default of {@code value.serde.class}: reads into generated classes unless told not to. */
public final class RegistryAvroSerde<T extends GenericContainer> implements Serde<T> {
    private final RegistryAvroSerializer<T> serializer = new RegistryAvroSerializer<>();
    private final RegistryAvroDeserializer<T> deserializer = new RegistryAvroDeserializer<>();

    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        Map<String, Object> specific = new HashMap<>(configs);
        specific.putIfAbsent(RegistryConfig.SPECIFIC_AVRO_READER, true);
        serializer.configure(specific, isKey);
        deserializer.configure(specific, isKey);
    }

    @Override
    public Serializer<T> serializer() {
        return serializer;
    }

    @Override
    public Deserializer<T> deserializer() {
        return deserializer;
    }
}
