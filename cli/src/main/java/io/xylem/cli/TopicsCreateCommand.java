package io.xylem.cli;

import io.xylem.schemas.SchemaAdmin;
import io.xylem.schemas.TopicAdmin;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "create",
        description =
                "Creates the topics that are missing, gives those that exist the catalogue's settings, and registers"
                        + " the schemas with their compatibility modes. Partitions and replicas of a topic that exists"
                        + " are not changed: exit status 1 if they are not as they should be. 'topics diff' says"
                        + " beforehand what would change.",
        mixinStandardHelpOptions = true)
final class TopicsCreateCommand extends BaseCommand {
    @Mixin
    private TopicsLayout layout = new TopicsLayout();

    @Mixin
    private Connection connection = new Connection();

    @Override
    public Integer call() throws IOException {
        TopicAdmin.Layout wanted;
        try {
            wanted = layout.layout();
        } catch (IllegalArgumentException e) {
            throw wrongUsage(String.valueOf(e.getMessage()));
        }
        List<TopicAdmin.Difference> differences;
        try (Admin admin = Admin.create(connection.client("admin."))) {
            var topics = new TopicAdmin(admin, wanted);
            topics.create().forEach(name -> out().println("topic " + name + " created"));
            topics.align()
                    .forEach(was -> out().println("topic " + was.topic() + ": " + was.setting() + " is now "
                            + was.wanted() + ", was " + was.found()));
            differences = topics.diff();
        }
        new SchemaAdmin(connection.client(""))
                .register()
                .forEach(schema -> out().println("schema " + schema.subject() + " is registered, id " + schema.id()));
        differences.forEach(difference -> err().println("xylem: topic " + difference));
        return differences.isEmpty() ? 0 : 1;
    }
}
