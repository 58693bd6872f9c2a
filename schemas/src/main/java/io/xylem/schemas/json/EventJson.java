package io.xylem.schemas.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.schemas.avro.AddressRequest;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.GeoLocation;
import io.xylem.schemas.avro.InstanceDraining;
import io.xylem.schemas.avro.InstanceMigrated;
import io.xylem.schemas.avro.InstanceReady;
import io.xylem.schemas.avro.InstanceRemoved;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.InstanceUnready;
import io.xylem.schemas.avro.RealmConfigured;
import io.xylem.schemas.avro.ServiceRegistered;
import io.xylem.schemas.avro.ServiceRemoved;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WithdrawalConfirmed;
import io.xylem.schemas.avro.WorkerBack;
import io.xylem.schemas.avro.WorkerJoined;
import io.xylem.schemas.avro.WorkerLeft;
import io.xylem.schemas.avro.WorkerLost;
import io.xylem.schemas.avro.WorkerMoved;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/**
 * Deployment events as JSON, one object an event: {@code type}, {@code realm} (default main), {@code id} (default: made
 * here), {@code at} (default: now; ISO-8601 text, or milliseconds since 1970), and the fields of the type. It checks the form only;
 * whether a name or an address is right is for the allocator to say, with a code.
 */
public final class EventJson {
    private static final String DEFAULT_REALM = "main";
    private static final Set<String> COMMON = linked("type", "realm", "id", "at");
    private static final Map<String, Set<String>> FIELDS_BY_TYPE = fieldsByType();
    private static final Set<String> UNDERLAY = names(UnderlayEndpoint.getClassSchema());
    private static final Set<String> LOCATION = names(GeoLocation.getClassSchema());
    private static final Set<String> ADDRESS_REQUEST = names(AddressRequest.getClassSchema());

    private final IdSource ids;
    private final InstantSource clock;

    public EventJson(IdSource ids, InstantSource clock) {
        this.ids = ids;
        this.clock = clock;
    }

    /** @throws MalformedEventException saying what was found and what is allowed */
    public DeploymentEvent read(String json) {
        ObjectNode object = JsonText.readObject(json);
        JsonNode type = object.path("type");
        Set<String> allowed = FIELDS_BY_TYPE.get(type.asText());
        if (!type.isTextual() || allowed == null) {
            throw new MalformedEventException(
                    (type.isMissingNode() ? "an event needs a type" : "there is no event type " + JsonText.brief(type))
                            + "; allowed: " + String.join(", ", FIELDS_BY_TYPE.keySet()));
        }
        Fields fields = new Fields(object, type.textValue(), allowed);
        Object body = body(type.textValue(), fields);
        String id = fields.optionalText("id");
        return new DeploymentEvent(
                Objects.requireNonNullElse(fields.optionalText("realm"), DEFAULT_REALM),
                id == null ? ids.next() : id,
                at(fields),
                body);
    }

    /** One line with {@code realm}, {@code id} and {@code at} spelt out; {@link #read} gives the same event again. */
    public static String write(DeploymentEvent event) {
        return JsonText.write(tree(event));
    }

    public static ObjectNode tree(DeploymentEvent event) {
        IndexedRecord body = (IndexedRecord) event.getBody();
        ObjectNode node = JsonText.object()
                .put("type", body.getSchema().getName())
                .put("realm", event.getRealm())
                .put("id", event.getId())
                .put("at", Instant.ofEpochMilli(event.getAt()).toString());
        return node.setAll(JsonText.tree(body));
    }

    private static Object body(String type, Fields f) {
        return switch (type) {
            case "WorkerJoined" ->
                new WorkerJoined(
                        f.text("worker"),
                        f.text("cluster"),
                        f.object("underlay", UNDERLAY, EventJson::underlay),
                        f.optionalText("zone"),
                        f.optionalObject("location", LOCATION, EventJson::location));
            case "WorkerMoved" ->
                new WorkerMoved(f.text("worker"), f.object("underlay", UNDERLAY, EventJson::underlay));
            case "WorkerLeft" -> new WorkerLeft(f.text("worker"));
            case "ServiceRegistered" ->
                new ServiceRegistered(
                        f.text("service"), f.list("addresses", ADDRESS_REQUEST, EventJson::addressRequest));
            case "ServiceRemoved" -> new ServiceRemoved(f.text("service"));
            case "InstanceScheduled" ->
                new InstanceScheduled(
                        f.text("service"), f.integer("instance"), f.text("worker"), f.integer("weight", 1));
            case "InstanceReady" ->
                new InstanceReady(f.text("service"), f.integer("instance"), f.optionalText("worker"));
            case "InstanceUnready" ->
                new InstanceUnready(
                        f.text("service"),
                        f.integer("instance"),
                        Objects.requireNonNullElse(f.optionalText("reason"), ""),
                        f.optionalText("worker"));
            case "InstanceMigrated" -> new InstanceMigrated(f.text("service"), f.integer("instance"), f.text("worker"));
            case "InstanceDraining" -> new InstanceDraining(f.text("service"), f.integer("instance"));
            case "InstanceRemoved" -> new InstanceRemoved(f.text("service"), f.integer("instance"));
            case "WorkerLost" -> new WorkerLost(f.text("worker"));
            case "WorkerBack" -> new WorkerBack(f.text("worker"));
            case "WithdrawalConfirmed" ->
                new WithdrawalConfirmed(f.text("service"), f.integer("instance"), f.integer64("version"));
            case "RealmConfigured" -> new RealmConfigured(f.texts("settings"));
            default -> throw new IllegalStateException("the schema has an event type that JSON does not know: " + type);
        };
    }

    private static UnderlayEndpoint underlay(Fields f) {
        return new UnderlayEndpoint(f.text("address"), f.integer("port"));
    }

    private static GeoLocation location(Fields f) {
        return new GeoLocation(f.number("latitude"), f.number("longitude"));
    }

    private static AddressRequest addressRequest(Fields f) {
        return new AddressRequest(f.text("policy"), f.optionalText("v4"), f.optionalText("v6"));
    }

    private long at(Fields fields) {
        JsonNode at = fields.object().path("at");
        if (at.isMissingNode() || at.isNull()) {
            return clock.millis();
        }
        if (at.isNumber()) {
            return fields.integer64("at");
        }
        try {
            return Instant.parse(fields.text("at")).toEpochMilli();
        } catch (DateTimeException | ArithmeticException e) {
            MalformedEventException malformed =
                    fields.wrongType("at", "a time such as 2026-01-31T12:00:00Z, or milliseconds since 1970", at);
            malformed.initCause(e);
            throw malformed;
        }
    }

    private static Map<String, Set<String>> fieldsByType() {
        Map<String, Set<String>> fields = new LinkedHashMap<>();
        for (Schema body :
                DeploymentEvent.getClassSchema().getField("body").schema().getTypes()) {
            Set<String> allowed = new LinkedHashSet<>(COMMON);
            allowed.addAll(names(body));
            fields.put(body.getName(), allowed);
        }
        return fields;
    }

    private static Set<String> names(Schema schema) {
        return schema.getFields().stream().map(Schema.Field::name).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private static Set<String> linked(String... names) {
        return new LinkedHashSet<>(java.util.List.of(names));
    }
}
