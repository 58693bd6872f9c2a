package io.xylem.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.audit.AddressHistory;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "address",
        description = "Who had an address, from when to when. Replays the log from its start.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {"  xylem audit address 10.30.0.2", "  xylem audit address fdff::1 --at 2026-05-01T12:30:00Z -o json"})
final class AuditAddressCommand extends BaseCommand {
    @Parameters(paramLabel = "IP", description = "An IPv4 or IPv6 address.")
    private String address = "";

    @Option(
            names = "--at",
            paramLabel = "TIME|OFFSET",
            description = "Only its owner at this offset of the log, or at this time.")
    private @Nullable String at;

    @Mixin
    private AuditScope scope = new AuditScope();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        AddressHistory history;
        try {
            history = new AddressHistory(address);
        } catch (IllegalArgumentException e) {
            throw wrongUsage(String.valueOf(e.getMessage()));
        }
        var moment = AuditScope.moment(this, at);
        scope.audit(scope.realmOrMain()).replay(moment, history);
        List<AddressHistory.Ownership> owners = history.owners().stream()
                .filter(owner -> at == null || owner.toOffset() == null)
                .toList();
        if (output.isJson()) {
            out().println(json(owners).toPrettyString());
        } else if (owners.isEmpty()) {
            err().println("nobody had " + address + (at == null ? " ever" : " then"));
        } else {
            Table table = new Table(List.of("OWNER", "KIND", "FROM", "OFFSET", "UNTIL", "OFFSET"));
            owners.forEach(owner -> table.row(List.of(
                    owner.owner(),
                    owner.kind(),
                    time(owner.fromMs()),
                    Long.toString(owner.fromOffset()),
                    owner.toMs() == null ? "" : time(owner.toMs()),
                    owner.toOffset() == null ? "" : owner.toOffset().toString())));
            table.print(out());
        }
        return 0;
    }

    private ObjectNode json(List<AddressHistory.Ownership> owners) {
        ObjectNode node = JsonNodeFactory.instance.objectNode().put("address", address);
        ArrayNode items = node.putArray("owners");
        for (AddressHistory.Ownership owner : owners) {
            ObjectNode item = items.addObject()
                    .put("realm", owner.realm())
                    .put("owner", owner.owner())
                    .put("kind", owner.kind())
                    .put("fromOffset", owner.fromOffset())
                    .put("from", time(owner.fromMs()));
            if (owner.toOffset() != null && owner.toMs() != null) {
                item.put("toOffset", owner.toOffset()).put("to", time(owner.toMs()));
            }
        }
        return node;
    }

    private static String time(long ms) {
        return Instant.ofEpochMilli(ms).toString();
    }
}
