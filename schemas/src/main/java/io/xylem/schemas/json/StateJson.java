package io.xylem.schemas.json;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.Route;
import org.apache.avro.generic.IndexedRecord;

/**
 * Allocations and routes as JSON: {@code type} (the body's, e.g. InstanceRoute), {@code realm}, {@code version}, and the
 * body's fields. {@code version} is the offset of the deployment event that made it so.
 */
public final class StateJson {
    private StateJson() {}

    /** One line. */
    public static String write(Allocation allocation) {
        return JsonText.write(tree(allocation));
    }

    /** One line. */
    public static String write(Route route) {
        return JsonText.write(tree(route));
    }

    public static ObjectNode tree(Allocation allocation) {
        return tree(allocation.getRealm(), allocation.getVersion(), allocation.getBody());
    }

    public static ObjectNode tree(Route route) {
        return tree(route.getRealm(), route.getVersion(), route.getBody());
    }

    private static ObjectNode tree(String realm, long version, Object body) {
        IndexedRecord fields = (IndexedRecord) body;
        ObjectNode node = JsonText.object()
                .put("type", fields.getSchema().getName())
                .put("realm", realm)
                .put("version", version);
        return node.setAll(JsonText.tree(fields));
    }
}
