package io.xylem.schemas.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.schemas.avro.Outcome;
import java.util.Locale;

/** Outcomes as JSON, one object an outcome. Absent means that the event had no such fact; the realm {@code main} is not said. */
public final class OutcomeJson {
    private OutcomeJson() {}

    /** One line. */
    public static String write(Outcome outcome) {
        return JsonText.write(tree(outcome));
    }

    public static ObjectNode tree(Outcome outcome) {
        ObjectNode node = JsonText.object();
        if (!outcome.getRealm().equals("main")) {
            node.put("realm", outcome.getRealm());
        }
        node.put("id", outcome.getId())
                .put("offset", outcome.getOffset())
                .put("type", outcome.getType())
                .put("status", outcome.getStatus().name().toLowerCase(Locale.ROOT));
        JsonText.put(node, "code", outcome.getCode());
        JsonText.put(node, "message", outcome.getMessage());
        if (outcome.getUnchanged()) {
            node.put("unchanged", true);
        }
        JsonText.put(node, "service", outcome.getService());
        JsonText.put(node, "instance", outcome.getInstance());
        JsonText.put(node, "worker", outcome.getWorker());
        JsonText.put(node, "subnet", outcome.getSubnet());
        JsonText.put(node, "serviceIps", outcome.getServiceIps());
        JsonText.put(node, "instanceIp", outcome.getInstanceIp());
        JsonText.put(node, "namespaceIp", outcome.getNamespaceIp());
        JsonText.put(node, "settings", outcome.getSettings());
        return node;
    }
}
