package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.ServiceRegistered;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** Bytes that are no event, from the log to the dead letters and back. */
class DeadLettersIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void wrongBytesAreListedShownAndSentAgain() throws Exception {
        // A schema that nobody registered.
        byte[] wrong = {0, 0x7f, 0, 0, 1, 'h', 'i'};
        long offset = send(new ProducerRecord<>(Topics.DEPLOYMENT_EVENTS.name(), "main", wrong))
                .offset();
        JsonNode letter = awaitLetter("/origin/offset", Long.toString(offset));
        assertThat(letter.at("/origin/topic").asText()).isEqualTo(Topics.DEPLOYMENT_EVENTS.name());
        assertThat(letter.path("hex").asText()).isEqualTo("007f0000016869");
        assertThat(letter.path("key").asText()).isEqualTo("main");
        assertThat(letter.path("exception").asText()).isNotBlank();

        String id = letter.path("id").asText();
        Cli.Result shown = SharedCluster.run("dead-letters", "show", id);
        assertThat(shown.status()).as(shown.err()).isZero();
        assertThat(shown.out())
                .contains(
                        "xylem.deployment-events/0@" + offset,
                        letter.path("exception").asText(),
                        "000000  00 7f 00 00 01 68 69                             .....hi");
        assertThat(JSON.readTree(SharedCluster.run("dead-letters", "show", id, "-o", "json")
                                .out())
                        .path("stackTrace")
                        .asText())
                .contains("\tat ");
        assertThat(SharedCluster.run("dead-letters", "list").out()).contains("xylem.deployment-events/0@" + offset);

        // Nothing was repaired: it comes back, and says what it was.
        Cli.Result replay = SharedCluster.run("dead-letters", "replay", id, "-o", "json");
        assertThat(replay.status()).as(replay.err()).isZero();
        JsonNode back = awaitLetter("/replayedFrom", id);
        assertThat(back.at("/origin/offset").asLong())
                .isEqualTo(JSON.readTree(replay.out()).path("offset").asLong())
                .isGreaterThan(offset);
        assertThat(back.path("hex")).isEqualTo(letter.path("hex"));
    }

    /** As after a repair: the letter's bytes can be read now. */
    @Test
    void aLetterThatCanBeReadNowHasItsEffect() throws Exception {
        var event = new DeploymentEvent("main", "letter-1", 0L, new ServiceRegistered("letter.prod.A.prod", List.of()));
        byte[] bytes;
        try (var serde = Topics.DEPLOYMENT_EVENTS.valueSerde(SharedCluster.clients())) {
            bytes = serde.serializer().serialize(Topics.DEPLOYMENT_EVENTS.name(), event);
        }
        var letter = new ProducerRecord<>(Topics.DEAD_LETTERS.name(), "main", bytes);
        letter.headers()
                .add("__streams.errors.topic", utf8(Topics.DEPLOYMENT_EVENTS.name()))
                .add("__streams.errors.partition", utf8("0"))
                .add("__streams.errors.offset", utf8("0"));
        RecordMetadata sent = send(letter);
        assertThat(SharedCluster.run("dead-letters", "replay", sent.partition() + ":" + sent.offset())
                        .status())
                .isZero();
        await().atMost(PATIENCE)
                .until(() -> SharedCluster.run("get", "services", "letter.prod.A.prod", "-o", "json")
                                .status()
                        == 0);
    }

    @Test
    void onlyLettersThatAreThereAreSentAgain() throws Exception {
        Cli.Result none = SharedCluster.run("dead-letters", "replay", "0:999999");
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.err()).contains("there is no dead letter 0:999999", "PARTITION:OFFSET");
    }

    private static JsonNode awaitLetter(String pointer, String value) {
        return await().atMost(PATIENCE)
                .until(
                        () -> {
                            Cli.Result list = SharedCluster.run("dead-letters", "list", "-o", "json");
                            assertThat(list.status()).as(list.err()).isZero();
                            JsonNode items = JSON.readTree(list.out()).path("items");
                            return StreamSupport.stream(items.spliterator(), false)
                                    .filter(item -> item.at(pointer).asText().equals(value))
                                    .findFirst();
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    private static RecordMetadata send(ProducerRecord<String, byte[]> record) throws Exception {
        try (var producer =
                new KafkaProducer<>(SharedCluster.clients(), new StringSerializer(), new ByteArraySerializer())) {
            return producer.send(record).get();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
