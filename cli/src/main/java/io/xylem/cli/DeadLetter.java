package io.xylem.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be read: its bytes as they were, and in the headers of KIP-1034 where it was and why.
 *
 * @param id where the letter lies: {@code PARTITION:OFFSET} of the topic of dead letters
 * @param origin null: the record has not these headers, so that Kafka Streams has not put it there
 */
record DeadLetter(String id, Instant time, @Nullable Origin origin, ConsumerRecord<byte[], byte[]> record) {
    /** Kafka Streams has them in an internal class. */
    private static final String ERRORS = "__streams.errors.";

    /** Of a record that was sent again: the letter that it was, {@code PARTITION:OFFSET}. */
    static final String REPLAYED_FROM = "xylem-replayed-from";

    /** Where the record was read. */
    record Origin(String topic, int partition, long offset) {
        @Override
        public String toString() {
            return topic + "/" + partition + "@" + offset;
        }
    }

    static DeadLetter of(ConsumerRecord<byte[], byte[]> record) {
        return new DeadLetter(
                record.partition() + ":" + record.offset(),
                Instant.ofEpochMilli(record.timestamp()),
                origin(record),
                record);
    }

    private static @Nullable Origin origin(ConsumerRecord<byte[], byte[]> record) {
        String topic = text(record, ERRORS + "topic");
        String partition = text(record, ERRORS + "partition");
        String offset = text(record, ERRORS + "offset");
        return topic.isEmpty() || !isNumber(partition, 9) || !isNumber(offset, 18)
                ? null
                : new Origin(topic, Integer.parseInt(partition), Long.parseLong(offset));
    }

    String originText() {
        return origin == null ? "" : origin.toString();
    }

    /** The class of the exception, without its package. */
    String shortException() {
        String name = exception();
        return name.substring(name.lastIndexOf('.') + 1);
    }

    String exception() {
        return text(record, ERRORS + "exception");
    }

    String message() {
        return text(record, ERRORS + "message");
    }

    String stackTrace() {
        return text(record, ERRORS + "stacktrace");
    }

    String replayedFrom() {
        return text(record, REPLAYED_FROM);
    }

    /** The key as a text; empty if there is none. */
    String key() {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }

    byte[] bytes() {
        return record.value() == null ? new byte[0] : record.value();
    }

    /** The record's own headers, not those that tell of the error. */
    Map<String, String> headers() {
        var own = new TreeMap<String, String>();
        for (Header header : record.headers()) {
            if (!header.key().startsWith(ERRORS) && !header.key().equals(REPLAYED_FROM)) {
                own.put(header.key(), text(record, header.key()));
            }
        }
        return own;
    }

    /**
     * The record once more: the same bytes and key, in the topic and partition where it was.
     *
     * @throws CommandException if the letter does not say where that is
     */
    ProducerRecord<byte[], byte[]> again() {
        if (origin == null) {
            throw new CommandException("dead letter " + id + " of " + Topics.DEAD_LETTERS.name()
                    + " does not say where it comes from: it has no headers " + ERRORS + "topic, …partition, …offset");
        }
        var headers = new RecordHeaders();
        for (Header header : record.headers()) {
            if (!header.key().startsWith(ERRORS) && !header.key().equals(REPLAYED_FROM)) {
                headers.add(header);
            }
        }
        headers.add(REPLAYED_FROM, id.getBytes(StandardCharsets.UTF_8));
        return new ProducerRecord<>(origin.topic, origin.partition, record.key(), record.value(), headers);
    }

    /** Fields may be added; none is renamed. */
    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("id", id).put("time", time.toString());
        if (origin != null) {
            json.putObject("origin")
                    .put("topic", origin.topic)
                    .put("partition", origin.partition)
                    .put("offset", origin.offset);
        }
        json.put("exception", exception())
                .put("message", message())
                .put("key", key())
                .put("size", bytes().length)
                .put("hex", HexFormat.of().formatHex(bytes()));
        if (!replayedFrom().isEmpty()) {
            json.put("replayedFrom", replayedFrom());
        }
        ObjectNode own = json.putObject("headers");
        headers().forEach(own::put);
        return json;
    }

    private static boolean isNumber(String text, int digits) {
        return text.matches("[0-9]{1," + digits + "}");
    }

    private static String text(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null || header.value() == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
