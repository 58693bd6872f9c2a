package io.xylem.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.InstanceAllocation;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.ServiceAllocation;
import io.xylem.schemas.avro.WorkerAllocation;
import io.xylem.schemas.json.StateJson;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "get",
        description = "Shows what holds now.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  xylem get workers",
            "  xylem get instances A.prod.S.prod -o wide",
            "  xylem get services -o json | jq -r '.items[].serviceIps[0].Address'"
        })
final class GetCommand extends BaseCommand {
    enum Kind {
        services,
        instances,
        workers,
        routes
    }

    @Parameters(index = "0", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}")
    private Kind kind = Kind.services;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "NAME",
            description = "Only this service or worker; with -o json of services and workers the object itself.")
    private @Nullable String name;

    @Option(names = "--realm", paramLabel = "REALM", defaultValue = "main", description = "Default: ${DEFAULT-VALUE}.")
    private String realm = "main";

    @Option(
            names = {"-A", "--all-realms"},
            description = "Of every realm.")
    private boolean allRealms;

    @Mixin
    private Connection connection = new Connection();

    @Mixin
    private RoutingOption routing = new RoutingOption();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        Map<String, Object> client = connection.client("consumer.");
        List<ObjectNode> items = (kind == Kind.routes ? routes(client) : allocations(client))
                .filter(item -> allRealms || item.path("realm").asText().equals(realm))
                .filter(item -> name == null || item.path(nameField()).asText().equals(name))
                .toList();
        if (name != null && items.isEmpty()) {
            throw new CommandException("there is no " + nameField() + " '" + name + "' in "
                    + (allRealms ? "any realm" : "realm '" + realm + "'") + "; `xylem get " + kind + "` lists them");
        }
        if (output.isJson()) {
            out().println(json(items).toPrettyString());
        } else if (items.isEmpty()) {
            err().println("no " + kind + " in " + (allRealms ? "any realm" : "realm '" + realm + "'"));
        } else {
            if (kind == Kind.workers && output.isWide()) {
                addProgress(items);
            }
            StateTables.of(kind, items, output.isWide(), allRealms).print(out());
        }
        return 0;
    }

    /** How far each worker is, by routing's word; without it the columns stay empty. */
    private void addProgress(List<ObjectNode> workers) throws IOException {
        Optional<RoutingClient> client = routing.client(connection);
        if (client.isEmpty()) {
            err().println("xylem: how far the workers are is not known; name routing by --routing URL");
            return;
        }
        Map<String, Map<String, JsonNode>> byRealm = new HashMap<>();
        try {
            for (ObjectNode worker : workers) {
                JsonNode progress = byRealm.computeIfAbsent(worker.path("realm").asText(), client.get()::workers)
                        .get(worker.path("worker").asText());
                if (progress != null) {
                    worker.set("progress", progress);
                }
            }
        } catch (CommandException e) {
            err().println("xylem: how far the workers are is not known: " + e.getMessage());
        }
    }

    private ObjectNode json(List<ObjectNode> items) {
        boolean single = name != null && (kind == Kind.services || kind == Kind.workers) && !allRealms;
        if (single) {
            return items.getFirst();
        }
        ObjectNode list = JsonNodeFactory.instance.objectNode();
        list.putArray("items").addAll(items);
        return list;
    }

    private String nameField() {
        return kind == Kind.workers ? "worker" : "service";
    }

    private static Stream<ObjectNode> routes(Map<String, Object> client) {
        return CompactedTopic.read(Topics.ROUTES, client).values().stream().map((Route route) -> StateJson.tree(route));
    }

    private Stream<ObjectNode> allocations(Map<String, Object> client) {
        Class<?> type = switch (kind) {
            case services -> ServiceAllocation.class;
            case instances -> InstanceAllocation.class;
            case workers -> WorkerAllocation.class;
            case routes -> throw new IllegalStateException("routes are no allocations");
        };
        return CompactedTopic.read(Topics.ALLOCATIONS, client).values().stream()
                .filter(allocation -> type.isInstance(allocation.getBody()))
                .map((Allocation allocation) -> StateJson.tree(allocation));
    }
}
