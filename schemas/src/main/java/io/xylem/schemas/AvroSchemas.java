package io.xylem.schemas;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericData;
import org.apache.avro.util.ClassSecurityValidator;

/** What this module does with Avro schemas as such. */
final class AvroSchemas {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String TRUSTED_PACKAGE = "io.xylem.schemas.avro.";

    static {
        // Avro 1.12.2 makes no object of a class that it was not told to trust, generated ones included.
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                ClassSecurityValidator.getGlobal(), type -> type.getName().startsWith(TRUSTED_PACKAGE)));
    }

    private AvroSchemas() {}

    /** Makes Avro trust our generated classes, once in the life of the process; before anything is read or written. */
    static void trustGeneratedClasses() {
        // The static initializer has done it.
    }

    static Schema parse(String text) {
        return new Schema.Parser().parse(text);
    }

    /**
     * Without {@code avro.java.string}, which tells our compiler how to spell a string and nobody else anything: two
     * clients that treat it differently would register two versions of one record.
     */
    static Schema withoutJavaStrings(Schema schema) {
        try {
            JsonNode tree = JSON.readTree(schema.toString());
            removeJavaStrings(tree);
            return parse(tree.toString());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Avro wrote a schema that is not JSON: " + schema.getFullName(), e);
        }
    }

    private static void removeJavaStrings(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.remove(GenericData.STRING_PROP);
        }
        node.forEach(AvroSchemas::removeJavaStrings);
    }

    /** Why {@code reader} can't read what {@code writer} wrote; empty if it can. */
    static List<String> obstacles(Schema reader, Schema writer) {
        var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getResult();
        if (result.getCompatibility() == SchemaCompatibilityType.COMPATIBLE) {
            return List.of();
        }
        List<String> obstacles = new ArrayList<>();
        result.getIncompatibilities()
                .forEach(found ->
                        obstacles.add(found.getType() + " at " + found.getLocation() + ": " + found.getMessage()));
        return List.copyOf(obstacles);
    }
}
