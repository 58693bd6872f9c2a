package io.xylem.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.xylem.audit.Audit;
import io.xylem.cli.cluster.WorkerApi;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.InstanceAllocation;
import io.xylem.schemas.json.StateJson;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "explain",
        description = {
            "Says which instance a packet goes to and why: the policy, who was considered with which score, by which version",
            "of the routes, and the packet as it is seen on its way; or why it is dropped.",
            "With --at, from the log: what the address meant then, and who could get a new flow."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  xylem explain --from 10.18.30.129 --to 10.30.0.1:80/tcp",
            "  xylem explain --from 10.18.30.129:40112 --to 10.30.0.1:80/tcp   a flow that exists",
            "  xylem explain --from 10.18.30.129 --to 10.30.0.1 --at 131"
        })
final class ExplainCommand extends BaseCommand {
    @Option(
            names = "--from",
            required = true,
            paramLabel = "IP[:PORT]",
            description = "The sender's namespace IP; with its port the question is that of this flow.")
    private String from = "";

    @Option(
            names = "--to",
            required = true,
            paramLabel = "IP[:PORT][/PROTOCOL]",
            description =
                    "What it dials: a service IP or an instance IP; tcp, udp or icmp. An IPv6 address with a port stands in brackets.")
    private String to = "";

    @Option(
            names = "--at",
            paramLabel = "TIME|OFFSET",
            description = "As it was after the event at this offset of the log, or at this time.")
    private @Nullable String at;

    @ArgGroup
    private @Nullable WorkerAt where;

    @Mixin
    private AuditScope scope = new AuditScope();

    @Mixin
    private AuditCache cache = new AuditCache();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        JsonNode explained = at == null ? worker().explain(from, to) : past();
        if (output.isJson()) {
            out().println(explained.toPrettyString());
        } else {
            print(explained);
        }
        return 0;
    }

    private JsonNode past() throws IOException {
        Audit.State state = scope.audit(scope.realmOrMain()).state(AuditScope.moment(this, at), cache.path());
        return new PastState(state.entities()).explain(PastState.address(from), PastState.address(to));
    }

    /** The one that was named, or that of the development cluster which hosts the sender. */
    private WorkerApi worker() throws IOException {
        DevClusterDir directory = scope.connection().developmentCluster();
        return where != null ? where.api(directory) : WorkerAt.of(directory.running(), hostOfSender());
    }

    private String hostOfSender() throws IOException {
        String sender = PastState.address(from);
        return CompactedTopic.read(Topics.ALLOCATIONS, scope.connection().client("consumer.")).values().stream()
                .filter(allocation -> allocation.getBody() instanceof InstanceAllocation)
                .map((Allocation allocation) -> StateJson.tree(allocation))
                .filter(instance -> instance.at("/namespaceIp/v4").asText().equals(sender)
                        || instance.at("/namespaceIp/v6").asText().equals(sender))
                .map(instance -> instance.path("worker").asText())
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        "no instance has the namespace IP " + sender + "; `xylem get instances -o wide` lists them"));
    }

    private void print(JsonNode explained) {
        out().println(line("by routes of version", explained.path("tableVersion")));
        for (String field : List.of("client", "service", "policy", "instance", "worker", "drop", "reason")) {
            if (explained.hasNonNull(field)) {
                out().println(line(field, explained.path(field)));
            }
        }
        if (explained.hasNonNull("existingFlow")) {
            out().println(line(
                    "flow",
                    explained.path("existingFlow").asBoolean() ? "exists, and keeps its instance" : "a new one"));
        }
        table(explained.path("candidates"), List.of("instance", "worker", "weight", "score", "chosen"));
        table(explained.path("path"), List.of("at", "source", "destination"));
    }

    private void table(JsonNode rows, List<String> fields) {
        if (rows.isEmpty()) {
            return;
        }
        Table table = new Table(
                fields.stream().map(field -> field.toUpperCase(Locale.ROOT)).toList());
        rows.forEach(row ->
                table.row(fields.stream().map(field -> row.path(field).asText()).toList()));
        out().println();
        table.print(out());
    }

    private static String line(String name, JsonNode value) {
        return line(name, value.asText());
    }

    private static String line(String name, String value) {
        return String.format("%-20s %s", name, value);
    }
}
