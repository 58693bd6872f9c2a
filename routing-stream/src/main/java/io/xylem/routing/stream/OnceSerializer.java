package io.xylem.routing.stream;

import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** A route goes to many workers one after the other: it is made into bytes once. One thread, one topic. */
final class OnceSerializer<V> implements Serializer<V> {
    private final Serializer<V> serializer;
    private @Nullable V last;
    private byte @Nullable [] bytes;

    OnceSerializer(Serializer<V> serializer) {
        this.serializer = serializer;
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the very value: what is equal costs a comparison
    public byte @Nullable [] serialize(String topic, @Nullable Headers headers, @Nullable V value) {
        if (value == null || value != last) {
            bytes = headers == null ? serializer.serialize(topic, value) : serializer.serialize(topic, headers, value);
            last = value;
        }
        return bytes;
    }

    @Override
    public byte @Nullable [] serialize(String topic, @Nullable V value) {
        return serialize(topic, null, value);
    }

    @Override
    public void close() {
        serializer.close();
    }
}
