package io.xylem.cli;

import io.xylem.schemas.SchemaAdmin;
import io.xylem.schemas.TopicAdmin;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "check",
        description =
                "Compares topics and schemas with the catalogue and changes nothing. Exit status 1 if they differ.",
        mixinStandardHelpOptions = true)
final class TopicsCheckCommand extends BaseCommand {
    @Mixin
    private TopicsLayout layout = new TopicsLayout();

    @Mixin
    private Connection connection = new Connection();

    @Override
    public Integer call() throws IOException {
        List<String> differences = new ArrayList<>();
        try (Admin admin = Admin.create(connection.client("admin."))) {
            new TopicAdmin(admin, layout.layout()).diff().forEach(difference -> differences.add(difference.toString()));
        } catch (IllegalArgumentException e) {
            throw wrongUsage(String.valueOf(e.getMessage()));
        }
        differences.addAll(new SchemaAdmin(connection.client("")).diff());
        differences.forEach(out()::println);
        if (differences.isEmpty()) {
            err().println("Topics and schemas are as the catalogue says.");
        }
        return differences.isEmpty() ? 0 : 1;
    }
}
