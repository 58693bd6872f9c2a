package io.xylem.cli.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.StateHash;
import io.xylem.schemas.json.OutcomeJson;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.serialization.Deserializer;

/** What the events of a cluster with one partition came to, whichever version decided. */
public final class DecidedLog {
    /** What an old outcome and a new one of the same event agree in; a version may have more to say. */
    private static final Set<String> DECIDED = Set.of(
            "realm",
            "id",
            "offset",
            "type",
            "status",
            "code",
            "service",
            "instance",
            "worker",
            "subnet",
            "serviceIps",
            "instanceIp",
            "namespaceIp");

    private final Map<String, Object> clients;

    public DecidedLog(Map<String, Object> clients) {
        this.clients = clients;
    }

    public TopicLog log(Topic<?> topic) {
        return TopicLog.read(topic, clients);
    }

    public <V> List<V> values(Topic<V> topic, TopicLog log) {
        try (Deserializer<V> values = topic.valueSerde(clients).deserializer()) {
            return log.entries(0).stream()
                    .map(entry -> values.deserialize(topic.name(), entry.bytes()))
                    .toList();
        }
    }

    public List<ObjectNode> addresses(TopicLog outcomes) {
        return values(Topics.OUTCOMES, outcomes).stream()
                .map(outcome -> OutcomeJson.tree(outcome).retain(DECIDED))
                .toList();
    }

    public List<String> hashes(TopicLog log) {
        return values(Topics.STATE_HASHES, log).stream()
                .map(StateHash::toString)
                .toList();
    }
}
