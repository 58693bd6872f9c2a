package io.xylem.schemas.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.schemas.AvroWords;
import io.xylem.schemas.avro.AddressPair;
import io.xylem.schemas.avro.ServiceIpEntry;
import io.xylem.schemas.avro.SubnetPair;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/** JSON as such: strict to read, and Avro records to write, with addresses as texts and nulls left out. */
final class JsonText {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** How Jackson names another place of the same text in a message. */
    private static final Pattern SOURCE = Pattern.compile("\\[Source: [^\\]]*; (line: [0-9]+, column: [0-9]+)]");

    private JsonText() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** @throws MalformedEventException if the text is not exactly one JSON object */
    static ObjectNode readObject(String text) {
        JsonNode node;
        try {
            node = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw new MalformedEventException(
                    "not JSON, at column " + e.getLocation().getColumnNr() + ": "
                            + SOURCE.matcher(e.getOriginalMessage()).replaceAll("$1"),
                    e);
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw new MalformedEventException("an event is one JSON object, not " + brief(node));
    }

    /** One line. */
    static String write(ObjectNode node) {
        return node.toString();
    }

    /** A value for a message: its text, cut where it would drown the message. */
    static String brief(JsonNode node) {
        String text = node.isMissingNode() ? "an empty text" : node.toString();
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }

    /** The record's fields in the order of its schema. */
    static ObjectNode tree(IndexedRecord record) {
        ObjectNode node = object();
        for (Schema.Field field : record.getSchema().getFields()) {
            put(node, field.name(), record.get(field.pos()));
        }
        return node;
    }

    /** Null adds nothing. */
    static void put(ObjectNode node, String name, @Nullable Object value) {
        if (value != null) {
            node.set(name, tree(value));
        }
    }

    private static JsonNode tree(Object value) {
        return switch (value) {
            case AddressPair pair -> {
                DualAddress address = AvroWords.toModel(pair);
                yield object().put("v4", address.v4().toString())
                        .put("v6", address.v6().toString());
            }
            case SubnetPair pair -> {
                DualPrefix subnet = AvroWords.toModel(pair);
                yield object().put("v4", subnet.v4().toString())
                        .put("v6", subnet.v6().toString());
            }
            // Oakestra's spelling.
            case ServiceIpEntry entry -> {
                DualAddress address = AvroWords.toModel(entry.getAddress());
                yield object().put("IpType", entry.getIpType())
                        .put("Address", address.v4().toString())
                        .put("Address_v6", address.v6().toString());
            }
            case IndexedRecord record -> tree(record);
            case List<?> list -> {
                ArrayNode array = MAPPER.createArrayNode();
                list.forEach(element -> array.add(tree(element)));
                yield array;
            }
            case Map<?, ?> map -> {
                // Sorted: a map read from Avro has no order of its own.
                ObjectNode object = object();
                map.entrySet().stream()
                        .sorted(Comparator.comparing(entry -> entry.getKey().toString()))
                        .forEach(entry -> object.set(entry.getKey().toString(), tree(entry.getValue())));
                yield object;
            }
            case Enum<?> symbol -> MAPPER.getNodeFactory().textNode(symbol.name());
            case Object scalar -> MAPPER.valueToTree(scalar);
        };
    }
}
