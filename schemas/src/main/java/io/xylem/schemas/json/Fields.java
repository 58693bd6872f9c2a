package io.xylem.schemas.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Typed reading of one JSON object's fields. A field that is null counts as absent. Every complaint names the field by
 * its path, says what was found, and what is allowed.
 *
 * @param path how the object is called in messages, e.g. {@code WorkerJoined.underlay}
 * @param allowed the names that the object may have
 */
record Fields(ObjectNode object, String path, Set<String> allowed) {
    Fields {
        for (String name : (Iterable<String>) object::fieldNames) {
            if (!allowed.contains(name)) {
                throw new MalformedEventException(
                        path + " has no field '" + name + "'; allowed: " + String.join(", ", allowed));
            }
        }
    }

    String text(String name) {
        return required(name, optionalText(name));
    }

    @Nullable
    String optionalText(String name) {
        JsonNode value = object.path(name);
        if (isAbsent(value)) {
            return null;
        }
        if (!value.isTextual()) {
            throw wrongType(name, "a text", value);
        }
        return value.textValue();
    }

    int integer(String name) {
        JsonNode value = present(name);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw wrongType(name, "a whole number of 32 bits", value);
        }
        return value.intValue();
    }

    int integer(String name, int whenAbsent) {
        return isAbsent(object.path(name)) ? whenAbsent : integer(name);
    }

    long integer64(String name) {
        JsonNode value = present(name);
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrongType(name, "a whole number of 64 bits", value);
        }
        return value.longValue();
    }

    double number(String name) {
        JsonNode value = present(name);
        if (!value.isNumber()) {
            throw wrongType(name, "a number", value);
        }
        return value.doubleValue();
    }

    <T> T object(String name, Set<String> allowedInside, Function<Fields, T> reading) {
        return required(name, optionalObject(name, allowedInside, reading));
    }

    <T> @Nullable T optionalObject(String name, Set<String> allowedInside, Function<Fields, T> reading) {
        JsonNode value = object.path(name);
        return isAbsent(value) ? null : inside(name, value, allowedInside, reading);
    }

    /** An absent list is empty. */
    <T> List<T> list(String name, Set<String> allowedInside, Function<Fields, T> reading) {
        JsonNode value = object.path(name);
        if (isAbsent(value)) {
            return List.of();
        }
        if (!value.isArray()) {
            throw wrongType(name, "a list", value);
        }
        List<T> elements = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            elements.add(inside(name + "[" + i + "]", value.get(i), allowedInside, reading));
        }
        return elements;
    }

    /** An object whose names are not ours to know, and whose values are texts; in the order of the text. */
    Map<String, String> texts(String name) {
        JsonNode value = present(name);
        if (!(value instanceof ObjectNode inner)) {
            throw wrongType(name, "an object of texts", value);
        }
        Map<String, String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : inner.properties()) {
            if (!entry.getValue().isTextual()) {
                throw wrongType(name + "." + entry.getKey(), "a text", entry.getValue());
            }
            texts.put(entry.getKey(), entry.getValue().textValue());
        }
        return texts;
    }

    MalformedEventException wrongType(String name, String expected, JsonNode found) {
        return new MalformedEventException(
                path + "." + name + " must be " + expected + ", not " + JsonText.brief(found));
    }

    private <T> T inside(String name, JsonNode value, Set<String> allowedInside, Function<Fields, T> reading) {
        if (!(value instanceof ObjectNode inner)) {
            throw wrongType(name, "an object of " + String.join(", ", allowedInside), value);
        }
        return reading.apply(new Fields(inner, path + "." + name, allowedInside));
    }

    private JsonNode present(String name) {
        JsonNode value = object.path(name);
        return required(name, isAbsent(value) ? null : value);
    }

    private <T> T required(String name, @Nullable T value) {
        if (value == null) {
            throw new MalformedEventException(path + " lacks its field '" + name + "'");
        }
        return value;
    }

    private static boolean isAbsent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }
}
