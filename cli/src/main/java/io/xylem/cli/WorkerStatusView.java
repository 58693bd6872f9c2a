package io.xylem.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;

/** What a worker's proxy says of itself, for people. */
final class WorkerStatusView {
    private final JsonNode status;

    /** @param status the answer to its {@code GET /status} */
    WorkerStatusView(JsonNode status) {
        this.status = status;
    }

    String text() {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        line(out, "Worker", value("/worker") + " of realm " + value("/realm"));
        line(out, "Data plane", value("/dataPlane") + ": " + value("/dataPlaneReason"));
        status.path("warnings").forEach(warning -> line(out, "Warning", warning.asText()));
        line(
                out,
                "Routes",
                value("/routes/instances") + " instances, " + value("/routes/services") + " services, feed "
                        + value("/feed") + (status.path("caughtUp").asBoolean() ? "" : ", not read to the end yet"));
        line(out, "Offset", value("/appliedVersion") + " applied, " + value("/tableVersion") + " received");
        line(out, "Instances", value("/attached") + " attached");
        line(
                out,
                "Flows",
                value("/flows") + "; opened " + value("/counters/flows_opened") + ", accepted "
                        + value("/counters/flows_accepted"));
        line(out, "Flow table", hits("/hits/flowTable", "of packets here found their flow", "began one"));
        line(out, "Kernel", hits("/hits/kernel", "of packets it saw it moved", "left to this process"));
        out.println();
        tables(out);
        packets(out);
        drops(out);
        return text.toString().stripTrailing();
    }

    private void tables(PrintWriter out) {
        var table = new Table(List.of("TABLE", "ENTRIES", "CAPACITY", "FULL"));
        status.path("maps").forEach(map -> {
            double share = map.path("entries").asDouble()
                    / Math.max(1, map.path("capacity").asDouble());
            table.row(List.of(
                    map.path("table").asText(),
                    map.path("entries").asText(),
                    map.path("capacity").asText(),
                    percent(share)));
        });
        table.print(out);
        out.println();
    }

    private void packets(PrintWriter out) {
        var table = new Table(List.of("DIRECTION", "PATH", "PACKETS", "BYTES"));
        status.path("packets")
                .properties()
                .forEach(direction -> direction
                        .getValue()
                        .properties()
                        .forEach(path -> table.row(List.of(
                                direction.getKey(),
                                path.getKey(),
                                path.getValue().path("packets").asText(),
                                path.getValue().path("bytes").asText()))));
        table.print(out);
    }

    /** Nothing where nothing was dropped. */
    private void drops(PrintWriter out) {
        var table = new Table(List.of("DIRECTION", "PATH", "DROPPED", "REASON"));
        boolean[] any = {false};
        status.path("packets")
                .properties()
                .forEach(direction -> direction
                        .getValue()
                        .properties()
                        .forEach(path -> path.getValue()
                                .path("drops")
                                .properties()
                                .forEach(drop -> {
                                    any[0] = true;
                                    table.row(List.of(
                                            direction.getKey(),
                                            path.getKey(),
                                            drop.getValue().asText(),
                                            drop.getKey()));
                                })));
        if (any[0]) {
            out.println();
            table.print(out);
        }
    }

    private String hits(String at, String found, String others) {
        JsonNode hits = status.at(at);
        String rate = hits.hasNonNull("rate") ? percent(hits.path("rate").asDouble()) : "-";
        return rate + " " + found + "; " + hits.path("misses").asText("0") + " " + others;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f %%", 100 * share);
    }

    private String value(String at) {
        return status.at(at).asText("-");
    }

    private static void line(PrintWriter out, String name, String value) {
        out.println(String.format("%-11s %s", name, value));
    }
}
