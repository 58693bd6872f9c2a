package io.xylem.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.jspecify.annotations.Nullable;

/** Confluent's REST API. A schema's id never means another schema, so what an id means is asked once. */
final class HttpRegistry implements SchemaRegistry {
    private static final Map<Map<String, Object>, HttpRegistry> SHARED = new ConcurrentHashMap<>();

    private final RestClient rest;
    private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();

    HttpRegistry(RegistryConfig config) {
        rest = new RestClient(config);
    }

    /** One client a registry and process: its connections and schemas serve all serdes, and live as long as those. */
    static SchemaRegistry shared(RegistryConfig config) {
        return SHARED.computeIfAbsent(config.identity(), _ -> new HttpRegistry(config));
    }

    @Override
    public int register(String subject, Schema schema, boolean normalize) {
        String path = "/subjects/" + segment(subject) + "/versions" + (normalize ? "?normalize=true" : "");
        return id(path, rest.post(path, body(schema)));
    }

    @Override
    public int lookup(String subject, Schema schema, boolean normalize) {
        String path = "/subjects/" + segment(subject) + (normalize ? "?normalize=true" : "");
        return id(path, rest.post(path, body(schema)));
    }

    @Override
    public Registered latest(String subject) {
        String path = "/subjects/" + segment(subject) + "/versions/latest";
        JsonNode answer = rest.get(path);
        return new Registered(id(path, answer), schema(path, answer));
    }

    @Override
    public Schema byId(int id) {
        return schemas.computeIfAbsent(id, _ -> {
            String path = "/schemas/ids/" + id;
            return schema(path, rest.get(path));
        });
    }

    @Override
    public Optional<Compatibility> compatibility(@Nullable String subject) {
        String path = configPath(subject);
        try {
            String level = rest.get(path).path("compatibilityLevel").asText();
            return Optional.of(Compatibility.valueOf(level));
        } catch (RegistryException e) {
            if (e.errorCode() == RegistryException.NO_SUBJECT_CONFIG
                    || e.errorCode() == RegistryException.NO_SUCH_SUBJECT) {
                return Optional.empty();
            }
            throw e;
        } catch (IllegalArgumentException e) {
            throw unusable(path, "a compatibility level that there is not: " + e.getMessage());
        }
    }

    @Override
    public void setCompatibility(@Nullable String subject, Compatibility compatibility) {
        rest.put(configPath(subject), JsonNodeFactory.instance.objectNode().put("compatibility", compatibility.name()));
    }

    @Override
    public List<String> objections(String subject, Schema candidate) {
        String path = "/compatibility/subjects/" + segment(subject) + "/versions?verbose=true";
        try {
            JsonNode answer = rest.post(path, body(candidate));
            if (answer.path("is_compatible").asBoolean()) {
                return List.of();
            }
            List<String> messages = new ArrayList<>();
            answer.path("messages").forEach(message -> messages.add(message.asText()));
            return messages.isEmpty() ? reasons(subject, candidate) : List.copyOf(messages);
        } catch (RegistryException e) {
            if (e.errorCode() == RegistryException.NO_SUCH_SUBJECT) {
                return List.of(); // nothing to be incompatible with
            }
            throw e;
        }
    }

    /** Apicurio says no and not why: the last version tells most of it. */
    private List<String> reasons(String subject, Schema candidate) {
        Registered latest = latest(subject);
        List<String> reasons = new ArrayList<>(AvroSchemas.obstacles(candidate, latest.schema()));
        reasons.addAll(AvroSchemas.obstacles(latest.schema(), candidate));
        return reasons.isEmpty()
                ? List.of("incompatible with an earlier version; the registry gives no reason")
                : List.copyOf(reasons);
    }

    private static ObjectNode body(Schema schema) {
        return JsonNodeFactory.instance.objectNode().put("schema", schema.toString());
    }

    private static String configPath(@Nullable String subject) {
        return subject == null ? "/config" : "/config/" + segment(subject);
    }

    private static String segment(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    private static int id(String path, JsonNode answer) {
        JsonNode id = answer.path("id");
        if (!id.canConvertToInt()) {
            throw unusable(path, "no id: " + answer);
        }
        return id.intValue();
    }

    private static Schema schema(String path, JsonNode answer) {
        String type = answer.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO") || !answer.path("references").isEmpty()) {
            throw new RegistryException(
                    "GET " + path + " gives a schema of type " + type + " with "
                            + answer.path("references").size() + " references; this serde reads Avro without any",
                    RegistryException.NO_SUCH_SCHEMA);
        }
        try {
            return AvroSchemas.parse(answer.path("schema").asText());
        } catch (SchemaParseException e) {
            throw unusable(path, "a schema that Avro can't parse: " + e.getMessage());
        }
    }

    private static RegistryUnavailableException unusable(String path, String what) {
        return new RegistryUnavailableException("the schema registry answers " + path + " with " + what);
    }
}
