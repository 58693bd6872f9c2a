package io.xylem.bench;

import io.xylem.schemas.SchemaAdmin;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/** Records as bytes, made before and read after what is timed. */
final class Log {
    /** Inside of each process, so that no side waits for a registry. */
    static final String REGISTRY = "mock://bench";

    private static final Map<String, Object> CONFIG = Map.of("schema.registry.url", REGISTRY);

    /** @param key the realm */
    record Message(String key, byte[] value) {}

    private Log() {}

    /** Before the first record is written or read. */
    static void register() {
        List<SchemaAdmin.Registration> _ = new SchemaAdmin(CONFIG).register();
    }

    static List<Message> messages(List<DeploymentEvent> events) {
        Serializer<DeploymentEvent> serializer =
                Topics.DEPLOYMENT_EVENTS.valueSerde(CONFIG).serializer();
        return events.stream()
                .map(event ->
                        new Message(event.getRealm(), serializer.serialize(Topics.DEPLOYMENT_EVENTS.name(), event)))
                .toList();
    }

    /** A refusal is quicker than an allocation: a figure with one in it is worth nothing. */
    static void checkAccepted(List<byte[]> outcomes) {
        Deserializer<Outcome> deserializer = Topics.OUTCOMES.valueSerde(CONFIG).deserializer();
        for (byte[] bytes : outcomes) {
            Outcome outcome = deserializer.deserialize(Topics.OUTCOMES.name(), bytes);
            if (outcome.getStatus() != OutcomeStatus.ACCEPTED || outcome.getUnchanged()) {
                throw new IllegalStateException(
                        "the allocator was to change something for each event, and said: " + outcome);
            }
        }
    }
}
