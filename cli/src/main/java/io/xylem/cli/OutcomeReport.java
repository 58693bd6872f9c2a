package io.xylem.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.xylem.publish.EventSource.Entry.Malformed;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import io.xylem.schemas.json.OutcomeJson;
import java.io.PrintWriter;
import java.util.StringJoiner;

/** Outcomes as they come: JSON, one a line, or text for people. */
final class OutcomeReport {
    private static final String MALFORMED = "MALFORMED_EVENT";

    private final PrintWriter out;
    private final boolean json;
    private int accepted;
    private int rejected;

    OutcomeReport(PrintWriter out, boolean json) {
        this.out = out;
        this.json = json;
    }

    /** @return whether it was accepted */
    boolean outcome(Outcome outcome) {
        boolean isAccepted = outcome.getStatus() == OutcomeStatus.ACCEPTED;
        if (isAccepted) {
            accepted++;
        } else {
            rejected++;
        }
        ObjectNode tree = OutcomeJson.tree(outcome);
        print(tree, tree.path("type").asText(), isAccepted ? "accepted" : "REJECTED");
        return isAccepted;
    }

    /** A line that is no event was never sent; it is reported in its place like a rejection. */
    void malformed(Malformed malformed) {
        rejected++;
        print(
                JsonNodeFactory.instance
                        .objectNode()
                        .put("line", malformed.line())
                        .put("status", "rejected")
                        .put("code", MALFORMED)
                        .put("message", "line " + malformed.line() + ": " + malformed.message()),
                "line " + malformed.line(),
                "REJECTED");
    }

    void end() {
        if (!json && accepted + rejected > 1) {
            out.println(accepted + " accepted, " + rejected + " rejected");
        }
        out.flush();
    }

    private void print(ObjectNode outcome, String what, String status) {
        if (json) {
            out.println(outcome);
        } else {
            out.println(String.format("%-18s %-9s %s", what, status, facts(outcome)));
        }
        out.flush();
    }

    private static String facts(ObjectNode outcome) {
        if (outcome.has("code")) {
            return outcome.path("code").asText() + ": "
                    + outcome.path("message").asText();
        }
        var facts = new StringJoiner("  ");
        outcome.properties().stream()
                .filter(field ->
                        !java.util.Set.of("id", "offset", "type", "status").contains(field.getKey()))
                .forEach(field -> facts.add(field.getKey() + " " + text(field.getValue())));
        return facts.toString();
    }

    private static String text(JsonNode value) {
        if (value.isValueNode()) {
            return value.asText();
        }
        var parts = new StringJoiner(value.isArray() ? ", " : " ");
        value.forEach(part -> parts.add(text(part)));
        return parts.toString();
    }
}
