package io.xylem.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.schemas.avro.Route;
import java.util.Map;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.Test;

class RoundTripTest {
    private static final Map<String, String> CONFIG = Map.of("schema.registry.url", "mock://round-trip");

    @Test
    void aValueOfEveryTopicComesBackEqual() {
        Samples.ofEveryTopic(RoundTripTest::comesBack);
    }

    @Test
    void aTombstoneStaysOne() {
        try (Serde<Route> serde = Topics.ROUTES.valueSerde(CONFIG)) {
            assertThat(serde.serializer().serialize("t", null)).isNull();
            assertThat(serde.deserializer().deserialize("t", null)).isNull();
        }
    }

    private static <V> void comesBack(Topic<V> topic, V value) {
        try (Serde<V> serde = topic.valueSerde(CONFIG)) {
            byte[] bytes = serde.serializer().serialize(topic.name(), value);
            assertThat(serde.deserializer().deserialize(topic.name(), bytes)).isEqualTo(value);
        }
    }
}
