package io.xylem.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.schemas.AclAdmin;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AclBinding;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "check",
        aliases = "diff",
        description = "Compares what is allowed with what the roles need, and changes nothing. Exit status 1 if they"
                + " differ.",
        mixinStandardHelpOptions = true)
final class AclsCheckCommand extends BaseCommand {
    @Mixin
    private Grants grants = new Grants();

    @Mixin
    private Connection connection = new Connection();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        List<AclAdmin.Difference> differences;
        try (Admin admin = Admin.create(connection.client("admin."))) {
            differences = new AclAdmin(admin).diff(grants.all());
        } catch (IllegalArgumentException e) {
            throw wrongUsage(String.valueOf(e.getMessage()));
        }
        if (output.isJson()) {
            out().println(json(differences).toPrettyString());
        } else {
            differences.forEach(out()::println);
            if (differences.isEmpty()) {
                err().println("Everybody may do what his role needs, and no more.");
            }
        }
        return differences.isEmpty() ? 0 : 1;
    }

    static ObjectNode json(List<AclAdmin.Difference> differences) {
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        var items = list.putArray("items");
        for (AclAdmin.Difference difference : differences) {
            AclBinding right = difference.right();
            items.addObject()
                    .put("difference", difference.missing() ? "missing" : "extra")
                    .put("principal", right.entry().principal())
                    .put("permission", right.entry().permissionType().name())
                    .put("operation", right.entry().operation().name())
                    .put("resourceType", right.pattern().resourceType().name())
                    .put("pattern", right.pattern().patternType().name())
                    .put("resource", right.pattern().name())
                    .put("host", right.entry().host());
        }
        return list;
    }
}
