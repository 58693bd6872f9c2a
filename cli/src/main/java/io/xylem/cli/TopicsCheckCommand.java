package io.xylem.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.schemas.SchemaAdmin;
import io.xylem.schemas.TopicAdmin;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "check",
        aliases = "diff",
        description =
                "Compares topics and schemas with the catalogue and changes nothing. Exit status 1 if they differ.",
        mixinStandardHelpOptions = true)
final class TopicsCheckCommand extends BaseCommand {
    @Mixin
    private TopicsLayout layout = new TopicsLayout();

    @Mixin
    private Connection connection = new Connection();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        List<TopicAdmin.Difference> topics;
        try (Admin admin = Admin.create(connection.client("admin."))) {
            topics = new TopicAdmin(admin, layout.layout()).diff();
        } catch (IllegalArgumentException e) {
            throw wrongUsage(String.valueOf(e.getMessage()));
        }
        List<String> schemas = new SchemaAdmin(connection.client("")).diff();
        boolean same = topics.isEmpty() && schemas.isEmpty();
        if (output.isJson()) {
            ObjectNode list = JsonNodeFactory.instance.objectNode();
            var items = list.putArray("items");
            topics.forEach(difference -> items.addObject()
                    .put("topic", difference.topic())
                    .put("setting", difference.setting())
                    .put("wanted", difference.wanted())
                    .put("found", difference.found()));
            schemas.forEach(difference -> items.addObject().put("schema", difference));
            out().println(list.toPrettyString());
        } else {
            topics.forEach(out()::println);
            schemas.forEach(out()::println);
            if (same) {
                err().println("Topics and schemas are as the catalogue says.");
            }
        }
        return same ? 0 : 1;
    }
}
