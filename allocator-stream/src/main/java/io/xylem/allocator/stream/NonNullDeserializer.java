package io.xylem.allocator.stream;

import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/** An event without a value says nothing and has no id to answer to: it can't be read, like any other wrong bytes. */
record NonNullDeserializer<T>(Deserializer<T> values) implements Deserializer<T> {
    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        values.configure(configs, isKey);
    }

    @Override
    public T deserialize(String topic, byte @Nullable [] data) {
        if (data == null) {
            throw new SerializationException("a record of topic " + topic + " has no value");
        }
        return values.deserialize(topic, data);
    }

    @Override
    public T deserialize(String topic, Headers headers, byte @Nullable [] data) {
        if (data == null) {
            return deserialize(topic, data);
        }
        return values.deserialize(topic, headers, data);
    }

    @Override
    public void close() {
        values.close();
    }
}
