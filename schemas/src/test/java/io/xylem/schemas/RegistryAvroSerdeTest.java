package io.xylem.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.InstanceReport;
import io.xylem.schemas.avro.WorkerLeft;
import io.xylem.schemas.avro.WorkerStatus;
import java.io.IOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The serde against a registry's HTTP: bytes, subjects, and how often it asks. */
class RegistryAvroSerdeTest {
    private static final DeploymentEvent EVENT = new DeploymentEvent("main", "id", 5L, new WorkerLeft("w1"));
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
    void theBytesAreMagicThenIdThenAvro() {
        byte[] bytes = serde().serializer().serialize("t", EVENT);
        String main = "08" + "6d61696e";
        String id = "04" + "6964";
        String at = "0a";
        String thirdOfTheUnion = "04";
        String w1 = "04" + "7731";
        assertThat(HexFormat.of().formatHex(bytes))
                .isEqualTo("00" + "00000001" + main + id + at + thirdOfTheUnion + w1);
        assertThat(serde().deserializer().deserialize("t", bytes)).isEqualTo(EVENT);
    }

    @Test
    void theRegistryIsAskedOnceAndWithoutJavasStrings() {
        Serde<DeploymentEvent> serde = serde();
        byte[] bytes = serde.serializer().serialize("t", EVENT);
        serde.serializer().serialize("t", EVENT);
        serde.deserializer().deserialize("t", bytes);
        serde.deserializer().deserialize("t", bytes);
        assertThat(server.requests)
                .extracting(FakeRegistryServer.Request::line)
                .containsExactly("POST /subjects/t-value/versions", "GET /schemas/ids/1");
        assertThat(DeploymentEvent.getClassSchema().toString()).contains("avro.java.string");
        assertThat(server.requests.getFirst().body()).doesNotContain("avro.java.string");
    }

    @Test
    void javasStringsStayOnRequest() {
        serde("avro.remove.java.properties", "false").serializer().serialize("t", EVENT);
        assertThat(server.requests.getFirst().body()).contains("avro.java.string");
    }

    @ParameterizedTest
    @CsvSource({
        "io.confluent.kafka.serializers.subject.TopicNameStrategy, t-value",
        "io.confluent.kafka.serializers.subject.RecordNameStrategy, io.xylem.schemas.avro.DeploymentEvent",
        "io.confluent.kafka.serializers.subject.TopicRecordNameStrategy, t-io.xylem.schemas.avro.DeploymentEvent",
    })
    void theSubjectIsNamedByTheStrategy(String strategy, String subject) {
        serde("value.subject.name.strategy", strategy).serializer().serialize("t", EVENT);
        assertThat(server.requests.getFirst().line()).isEqualTo("POST /subjects/" + subject + "/versions");
    }

    @Test
    void anUnknownStrategyIsRefusedWithTheKnownOnes() {
        assertThatThrownBy(() -> serde("value.subject.name.strategy", "my.Strategy"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("my.Strategy")
                .hasMessageContaining("io.confluent.kafka.serializers.subject.RecordNameStrategy");
    }

    @Test
    void withoutAutoRegistrationAnUnknownSchemaIsRefusedAndAKnownOneUsed() {
        Serde<DeploymentEvent> serde = serde("auto.register.schemas", "false", "normalize.schemas", "true");
        assertThatThrownBy(() -> serde.serializer().serialize("t", EVENT))
                .isInstanceOf(RegistryException.class)
                .hasMessageContaining("t-value");
        serde().serializer().serialize("t", EVENT);
        serde.serializer().serialize("t", EVENT);
        assertThat(server.requests)
                .extracting(FakeRegistryServer.Request::line)
                .containsExactly(
                        "POST /subjects/t-value?normalize=true",
                        "POST /subjects/t-value/versions",
                        "POST /subjects/t-value?normalize=true");
    }

    @Test
    void theLatestVersionIsWrittenOnRequestWhateverTheOrderOfItsFields() {
        server.registry.register("t-value", AvroSchemas.parse("""
            {"type":"record","name":"Heartbeat","namespace":"io.xylem.schemas.avro","fields":[
             {"name":"load","type":"int","default":3},{"name":"appliedVersion","type":"long"}]}\
            """), false);
        Map<String, String> latest =
                config("auto.register.schemas", "false", "use.latest.version", "true", "specific.avro.reader", "false");
        byte[] bytes;
        try (RegistryAvroSerializer<Heartbeat> serializer = new RegistryAvroSerializer<>()) {
            serializer.configure(latest, false);
            bytes = serializer.serialize("t", new Heartbeat(9L, "broadcast"));
        }
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("0000000001" + "06" + "12");
        try (RegistryAvroDeserializer<GenericRecord> generic = new RegistryAvroDeserializer<>()) {
            generic.configure(latest, false);
            assertThat(generic.deserialize("t", bytes)).hasToString("{\"load\": 3, \"appliedVersion\": 9}");
        }
    }

    @Test
    void theLatestVersionIsNotUsedForWhatItCantHold() {
        server.registry.register("t-value", AvroSchemas.withoutJavaStrings(InstanceReport.getClassSchema()), false);
        assertThatThrownBy(() -> serde("auto.register.schemas", "false", "use.latest.version", "true")
                        .serializer()
                        .serialize("t", EVENT))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("t-value");
    }

    @Test
    void anUnreachableRegistryIsNotTakenForAMalformedRecord() {
        byte[] bytes = serde().serializer().serialize("t", EVENT);
        server.answerAlways(500, "");
        assertThatThrownBy(() -> serde().deserializer().deserialize("t", bytes))
                .isInstanceOf(RegistryUnavailableException.class)
                .isNotInstanceOf(SerializationException.class);
        server.answerAsARegistry();
        assertThat(serde().deserializer().deserialize("t", bytes)).isEqualTo(EVENT);
    }

    @Test
    void aValueThatDoesNotFitItsSchemaIsRefused() {
        assertThatThrownBy(() -> Topics.WORKER_STATUS
                        .valueSerde(config())
                        .serializer()
                        .serialize("t", new WorkerStatus("main", "w1", 5L, EVENT)))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("WorkerStatus");
    }

    @Test
    void theReaderDecidesTheTypeAndNotTheWriter() {
        byte[] bytes = serde().serializer().serialize("t", EVENT);
        assertThatThrownBy(
                        () -> Topics.ROUTES.valueSerde(config()).deserializer().deserialize("t", bytes))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void theSerdesClassIsReplaceableByConfiguration() {
        assertThat(Topics.ROUTES.valueSerde(config("value.serde.class", Serdes.StringSerde.class.getName())))
                .isInstanceOf(Serdes.StringSerde.class);
        assertThatThrownBy(() -> Topics.ROUTES.valueSerde(config("value.serde.class", "no.such.Serde")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("value.serde.class")
                .hasMessageContaining("no.such.Serde")
                .hasMessageContaining(RegistryAvroSerde.class.getName());
    }

    @Test
    void soAreItsHalvesAndOnlyBoth() {
        String serializer = StringSerializer.class.getName();
        String deserializer = StringDeserializer.class.getName();
        Serde<?> both =
                Topics.ROUTES.valueSerde(config("value.serializer", serializer, "value.deserializer", deserializer));
        assertThat(both.serializer()).isInstanceOf(StringSerializer.class);
        assertThat(both.deserializer()).isInstanceOf(StringDeserializer.class);
        assertThatThrownBy(() -> Topics.ROUTES.valueSerde(config("value.serializer", serializer)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("value.serializer and value.deserializer go together");
    }

    private Serde<DeploymentEvent> serde(String... more) {
        return Topics.DEPLOYMENT_EVENTS.valueSerde(config(more));
    }

    private Map<String, String> config(String... more) {
        Map<String, String> config = new HashMap<>(Map.of("schema.registry.url", server.url()));
        for (int i = 0; i < more.length; i += 2) {
            config.put(more[i], more[i + 1]);
        }
        return config;
    }
}
