package io.xylem.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.audit.Difference;
import io.xylem.audit.Report;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "verify",
        description = "Replays the log through a checker that shares no code with the allocator, and compares"
                + " outcomes, allocations and state hashes. Exit status 1 if they differ.",
        mixinStandardHelpOptions = true)
final class AuditVerifyCommand extends BaseCommand {
    private static final int SHOWN = 10;

    @Mixin
    private AuditCache cache = new AuditCache();

    @Mixin
    private AuditScope scope = new AuditScope();

    @Mixin
    private Output output = new Output();

    @Override
    public Integer call() throws IOException {
        Report report = scope.audit(scope.realmOrAll()).verify(cache.path());
        if (output.isJson()) {
            out().println(json(report).toPrettyString());
        } else {
            print(report);
        }
        return report.isClean() ? 0 : 1;
    }

    private void print(Report report) {
        for (Report.OfPartition part : report.partitions()) {
            out().println("partition " + part.partition() + ": " + part.events() + " events "
                    + AuditCache.from(part.snapshot()) + ", "
                    + part.accepted() + " accepted, " + part.rejected() + " rejected, " + part.repeated()
                    + " repeated; compared " + part.outcomes() + " outcomes, " + part.allocations()
                    + " allocations, " + part.hashes() + " hashes"
                    + some(part.unreadable(), "unreadable events, which have no outcome")
                    + some(part.unchecked(), "outcomes are deleted by now")
                    + some(part.pending(), "events wait for their outcome"));
        }
        Report.Live live = report.live();
        out().println("now: " + live.realms() + " realms, " + live.workers() + " workers, " + live.services()
                + " services, " + live.instances() + " instances");
        if (report.isClean()) {
            out().println("clean: every outcome, allocation and hash is as the log says, and no address has two"
                    + " owners");
            return;
        }
        List<Difference> differences = report.differences();
        out().println(
                        report.count() == 1
                                ? "1 difference"
                                : report.count() + " differences, the first at " + place(differences.getFirst()));
        for (Difference one : differences.subList(0, Math.min(SHOWN, differences.size()))) {
            out().println(place(one) + ", realm " + one.realm() + ": " + one.kind() + " of " + one.about() + " ("
                    + one.where() + ")");
            out().println("  expected  " + one.expected());
            out().println("  found     " + one.found());
        }
        if (report.count() > SHOWN) {
            out().println("and " + (report.count() - SHOWN) + " more; -o json lists up to 1000 a partition");
        }
    }

    private static String place(Difference one) {
        return "partition " + one.partition() + ", offset " + one.offset();
    }

    private static String some(long count, String what) {
        return count == 0 ? "" : "; " + count + " " + what;
    }

    private static ObjectNode json(Report report) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("clean", report.isClean()).put("differenceCount", report.count());
        ArrayNode partitions = node.putArray("partitions");
        for (Report.OfPartition part : report.partitions()) {
            partitions
                    .addObject()
                    .put("partition", part.partition())
                    .put("snapshot", part.snapshot())
                    .put("end", part.end())
                    .put("events", part.events())
                    .put("accepted", part.accepted())
                    .put("rejected", part.rejected())
                    .put("repeated", part.repeated())
                    .put("unreadable", part.unreadable())
                    .put("pending", part.pending())
                    .put("outcomes", part.outcomes())
                    .put("outcomesDeleted", part.unchecked())
                    .put("allocations", part.allocations())
                    .put("hashes", part.hashes());
        }
        ArrayNode differences = node.putArray("differences");
        for (Difference one : report.differences()) {
            differences
                    .addObject()
                    .put("kind", one.kind().name())
                    .put("realm", one.realm())
                    .put("partition", one.partition())
                    .put("offset", one.offset())
                    .put("about", one.about())
                    .put("expected", one.expected())
                    .put("found", one.found())
                    .put("where", one.where());
        }
        return node;
    }
}
