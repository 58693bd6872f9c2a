package io.xylem.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.audit.Audit;
import io.xylem.audit.EntityRecords;
import io.xylem.schemas.json.StateJson;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "state",
        description =
                "The whole state as it was: every worker, service and instance with its addresses, and what rests.",
        mixinStandardHelpOptions = true)
final class AuditStateCommand extends BaseCommand {
    @Option(
            names = "--at",
            paramLabel = "TIME|OFFSET",
            description = "After the event at this offset of the log, or at this time. Default: now.")
    private @Nullable String at;

    @Mixin
    private AuditCache cache = new AuditCache();

    @Mixin
    private AuditScope scope = new AuditScope();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        var moment = AuditScope.moment(this, at);
        Audit.State state = scope.audit(scope.realmOrMain()).state(moment, cache.path());
        List<ObjectNode> items = state.entities().stream()
                .map(EntityRecords::allocation)
                .map(StateJson::tree)
                .toList();
        if (output.isJson()) {
            ObjectNode node = JsonNodeFactory.instance.objectNode().put("snapshot", state.snapshot());
            node.putArray("workers").addAll(of(items, GetCommand.Kind.workers));
            node.putArray("services").addAll(of(items, GetCommand.Kind.services));
            node.putArray("instances").addAll(of(items, GetCommand.Kind.instances));
            ArrayNode resting = node.putArray("resting");
            state.resting()
                    .forEach(one -> resting.addObject()
                            .put("address", one.address())
                            .put("lastOwner", one.lastOwner())
                            .put("offset", one.version())
                            .put("since", time(one.sinceMs()))
                            .put("until", time(one.untilMs())));
            ObjectNode settings = node.putObject("settings");
            state.settings().values().forEach(texts -> texts.forEach(settings::put));
            out().println(node.toPrettyString());
            return 0;
        }
        err().println("replayed " + AuditCache.from(state.snapshot()));
        List<GetCommand.Kind> kinds =
                List.of(GetCommand.Kind.workers, GetCommand.Kind.services, GetCommand.Kind.instances);
        for (GetCommand.Kind kind : kinds) {
            List<ObjectNode> some = of(items, kind);
            out().println(some.size() + " " + kind);
            if (!some.isEmpty()) {
                StateTables.of(kind, some, output.isWide(), false).print(out());
            }
        }
        out().println(state.resting().size() + " resting");
        if (!state.resting().isEmpty()) {
            Table table = new Table(List.of("ADDRESS", "LAST-OWNER", "OFFSET", "SINCE", "UNTIL"));
            state.resting()
                    .forEach(one -> table.row(List.of(
                            one.address(),
                            one.lastOwner(),
                            Long.toString(one.version()),
                            time(one.sinceMs()),
                            time(one.untilMs()))));
            table.print(out());
        }
        return 0;
    }

    private static String time(long ms) {
        return Instant.ofEpochMilli(ms).toString();
    }

    private static List<ObjectNode> of(List<ObjectNode> items, GetCommand.Kind kind) {
        String type = switch (kind) {
            case workers -> "WorkerAllocation";
            case services -> "ServiceAllocation";
            case instances -> "InstanceAllocation";
            case routes -> throw new IllegalStateException("routes are not derived");
        };
        return items.stream()
                .filter(item -> item.path("type").asText().equals(type))
                .toList();
    }
}
