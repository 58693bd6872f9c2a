package io.xylem.cli.cluster;

import io.xylem.schemas.SchemaAdmin;
import io.xylem.schemas.TopicAdmin;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/** The catalogue in a development cluster. Both are done at every start: a later Xylem may bring more of them. */
final class ClusterTopics {
    private ClusterTopics() {}

    /** @return what was done, for people */
    static String create(String bootstrap) throws ClusterException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            var topics = new TopicAdmin(admin, TopicAdmin.Layout.DEVELOPMENT);
            int created = topics.create().size();
            int changed = topics.align().size();
            List<TopicAdmin.Difference> differences = topics.diff();
            if (!differences.isEmpty()) {
                throw new ClusterException("the topics are not as the catalogue says: " + differences);
            }
            return created + " created" + (changed == 0 ? "" : ", " + changed + " settings changed");
        }
    }

    /** @return what was done, for people */
    static String registerSchemas(String registryUrl) {
        return new SchemaAdmin(Map.of("schema.registry.url", registryUrl))
                        .register()
                        .size()
                + " registered";
    }
}
