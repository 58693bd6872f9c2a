package io.xylem.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.WorkerLeft;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Confluent's own serializer classes beside ours: the same bytes, schemas and subjects, both ways. */
class ConfluentSerdeTest {
    private static final String SERIALIZER = "io.confluent.kafka.serializers.KafkaAvroSerializer";
    private static final String DESERIALIZER = "io.confluent.kafka.serializers.KafkaAvroDeserializer";

    private FakeRegistryServer server;

    @BeforeEach
    void start() throws IOException {
        server = FakeRegistryServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void eachReadsWhatTheOtherWroteAndTheBytesAreTheSame() {
        Samples.ofEveryTopic(this::bothWays);
        // Whoever wrote first registered, and nothing was registered in two forms. Two topics may share a schema.
        int schemas = (int) Topics.all().stream()
                .flatMap(topic -> topic.valueSchema().stream())
                .distinct()
                .count();
        assertThat(server.registry.byId(schemas)).isNotNull();
        assertThatThrownBy(() -> server.registry.byId(schemas + 1)).isInstanceOf(RegistryException.class);
    }

    private <V> void bothWays(Topic<V> topic, V value) {
        try (Serde<V> ours = topic.valueSerde(config());
                Serde<V> confluents = topic.valueSerde(confluent())) {
            if (topic.valueType() != byte[].class) {
                assertThat(confluents.serializer().getClass().getName()).isEqualTo(SERIALIZER);
                assertThat(confluents.deserializer().getClass().getName()).isEqualTo(DESERIALIZER);
            }
            byte[] written = confluents.serializer().serialize(topic.name(), value);
            assertThat(ours.serializer().serialize(topic.name(), value)).isEqualTo(written);
            assertThat(ours.deserializer().deserialize(topic.name(), written)).isEqualTo(value);
            assertThat(confluents.deserializer().deserialize(topic.name(), written))
                    .isEqualTo(value);
        }
    }

    /** Or a wrong password of the registry would send the whole log to the dead letters. */
    @Test
    void aRegistryThatIsAwayOrTurnsUsAwayIsNotTakenForAMalformedRecord() {
        DeploymentEvent event = new DeploymentEvent("main", "id", 5L, new WorkerLeft("w1"));
        byte[] bytes;
        try (Serde<DeploymentEvent> ours = Topics.DEPLOYMENT_EVENTS.valueSerde(config())) {
            bytes = ours.serializer().serialize("t", event);
        }
        for (int status : new int[] {401, 403, 429, 500, 503}) {
            server.answerAlways(status, "{\"error_code\":" + status + ",\"message\":\"not you, or not now\"}");
            assertThat(failure(bytes)).as("status %s", status).matches(RegistryFaults::isNotOfTheRecord);
        }
        server.answerAlways(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
        assertThat(failure(bytes)).isNotNull().matches(fault -> !RegistryFaults.isNotOfTheRecord(fault));
        server.answerAsARegistry();
        assertThat(failure(new byte[] {1, 2, 3, 4, 5, 6}))
                .isNotNull()
                .matches(fault -> !RegistryFaults.isNotOfTheRecord(fault));
        server.stop();
        assertThat(failure(bytes)).matches(RegistryFaults::passes);
    }

    private Throwable failure(byte[] bytes) {
        try (Serde<DeploymentEvent> confluents = Topics.DEPLOYMENT_EVENTS.valueSerde(confluent())) {
            return catchThrowable(() -> confluents.deserializer().deserialize("t", bytes));
        }
    }

    private Map<String, Object> config() {
        return Map.of("schema.registry.url", server.url());
    }

    private Map<String, Object> confluent() {
        Map<String, Object> config = new HashMap<>(config());
        config.put("value.serializer", SERIALIZER);
        config.put("value.deserializer", DESERIALIZER);
        config.put("max.retries", 0);
        return config;
    }
}
