package io.xylem.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.json.EventJson;
import java.time.Instant;

/**
 * One event of an exported log.
 *
 * @param offset where it lay: others name it by that
 * @param timestampMs the log's time, by which the allocator decided
 */
record RealmLine(long offset, long timestampMs, DeploymentEvent event) {
    private static final ObjectMapper JSON = new ObjectMapper();

    // An exported event has an id and a time; one that lacks them is no export.
    private static final EventJson EVENTS = new EventJson(
            () -> {
                throw new IllegalArgumentException("the event has no id");
            },
            () -> Instant.EPOCH);

    String json() {
        return JSON.createObjectNode()
                .put("offset", offset)
                .put("timestamp", timestampMs)
                .set("event", EventJson.tree(event))
                .toString();
    }

    /** @throws IllegalArgumentException if it is not a line of an export */
    static RealmLine parse(String line) {
        try {
            JsonNode tree = JSON.readTree(line);
            JsonNode offset = tree.path("offset");
            JsonNode timestamp = tree.path("timestamp");
            if (!offset.canConvertToLong()
                    || !timestamp.canConvertToLong()
                    || !tree.path("event").isObject()) {
                throw new IllegalArgumentException("an exported event has offset, timestamp and event");
            }
            return new RealmLine(
                    offset.asLong(), timestamp.asLong(), read(tree.path("event").toString()));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("it is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    static DeploymentEvent read(String json) {
        return EVENTS.read(json);
    }
}
