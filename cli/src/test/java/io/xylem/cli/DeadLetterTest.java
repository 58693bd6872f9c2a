package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
    private static final byte[] BYTES = {0, 'h', 'i', (byte) 0xff};

    @Test
    void theOriginAndTheReasonComeFromTheHeadersOfKafkaStreams() {
        DeadLetter letter = DeadLetter.of(letter());
        assertThat(letter.id()).isEqualTo("3:17");
        assertThat(letter.originText()).isEqualTo("xylem.deployment-events/2@40");
        assertThat(letter.shortException()).isEqualTo("SerializationException");
        var json = letter.json();
        assertThat(json.path("origin").toString())
                .isEqualTo("{\"topic\":\"xylem.deployment-events\",\"partition\":2,\"offset\":40}");
        assertThat(json.path("message").asText()).isEqualTo("what is this?");
        assertThat(json.path("key").asText()).isEqualTo("main");
        assertThat(json.path("hex").asText()).isEqualTo("006869ff");
        assertThat(json.path("headers").toString()).isEqualTo("{\"traceparent\":\"00-1\"}");
        assertThat(json.has("replayedFrom")).isFalse();
    }

    @Test
    void sentAgainItHasItsBytesKeyPlaceAndOwnHeadersAndTheLetterThatItWas() {
        ConsumerRecord<byte[], byte[]> second = letter();
        second.headers().add(DeadLetter.REPLAYED_FROM, bytes("3:1"));
        ProducerRecord<byte[], byte[]> again = DeadLetter.of(second).again();
        assertThat(again.topic()).isEqualTo("xylem.deployment-events");
        assertThat(again.partition()).isEqualTo(2);
        assertThat(again.key()).isEqualTo(bytes("main"));
        assertThat(again.value()).isEqualTo(BYTES);
        assertThat(again.headers().toArray())
                .extracting(Header::key, header -> new String(header.value(), StandardCharsets.UTF_8))
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("traceparent", "00-1"),
                        org.assertj.core.groups.Tuple.tuple(DeadLetter.REPLAYED_FROM, "3:17"));
    }

    @Test
    void aLetterWithoutItsOriginIsShownAndNotSentAgain() {
        ConsumerRecord<byte[], byte[]> stray = letter();
        stray.headers().remove("__streams.errors.offset").add("__streams.errors.offset", bytes("soon"));
        DeadLetter letter = DeadLetter.of(stray);
        assertThat(letter.originText()).isEmpty();
        assertThat(letter.json().has("origin")).isFalse();
        assertThatThrownBy(letter::again)
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("3:17")
                .hasMessageContaining("does not say where it comes from");
    }

    @Test
    void bytesAreShownBySixteensWithTheirText() {
        var text = new StringWriter();
        HexDump.print(bytes("sixteen and four+\n\u00e9"), new PrintWriter(text, true));
        assertThat(text.toString().lines())
                .containsExactly(
                        "000000  73 69 78 74 65 65 6e 20 61 6e 64 20 66 6f 75 72  sixteen and four",
                        "000010  2b 0a c3 a9                                      +...");
    }

    private static ConsumerRecord<byte[], byte[]> letter() {
        var record = new ConsumerRecord<>("xylem.dead-letters", 3, 17, bytes("main"), BYTES);
        record.headers()
                .add("traceparent", bytes("00-1"))
                .add("__streams.errors.exception", bytes("org.apache.kafka.common.errors.SerializationException"))
                .add("__streams.errors.message", bytes("what is this?"))
                .add("__streams.errors.stacktrace", bytes("at …"))
                .add("__streams.errors.topic", bytes("xylem.deployment-events"))
                .add("__streams.errors.partition", bytes("2"))
                .add("__streams.errors.offset", bytes("40"));
        return record;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
