package io.xylem.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.audit.Leaks;
import io.xylem.schemas.Keys;
import io.xylem.schemas.Topics;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "leaks",
        description = "What is allocated and not routed, or routed without an owner. Exit status 1 if there is any."
                + " A change that is on its way between the two topics shows here for a moment.",
        mixinStandardHelpOptions = true)
final class AuditLeaksCommand extends BaseCommand {
    @Mixin
    private AuditScope scope = new AuditScope();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        Map<String, Object> client = scope.connection().client("consumer.");
        var realms = scope.realmOrAll();
        var allocations = CompactedTopic.read(Topics.ALLOCATIONS, client);
        var routes = CompactedTopic.read(Topics.ROUTES, client);
        allocations.keySet().removeIf(key -> !realms.accepts(Keys.realmOf(key)));
        routes.keySet().removeIf(key -> !realms.accepts(Keys.realmOf(key)));
        List<Leaks.Leak> leaks = Leaks.between(allocations, routes);
        if (output.isJson()) {
            ObjectNode node = JsonNodeFactory.instance.objectNode().put("clean", leaks.isEmpty());
            ArrayNode items = node.putArray("leaks");
            leaks.forEach(leak -> items.addObject()
                    .put("key", leak.key())
                    .put("missing", leak.missing())
                    .put("detail", leak.detail()));
            out().println(node.toPrettyString());
        } else if (leaks.isEmpty()) {
            out().println("no leaks: " + allocations.size() + " allocations and " + routes.size() + " routes agree");
        } else {
            leaks.forEach(leak -> out().println(leak.key() + " has no " + leak.missing() + ": " + leak.detail()));
        }
        return leaks.isEmpty() ? 0 : 1;
    }
}
