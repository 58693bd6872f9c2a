package io.xylem.cli;

import io.xylem.publish.Applied;
import io.xylem.publish.NotAppliedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** What became of the changes at the workers. */
final class AppliedReport {
    private final PrintWriter err;
    private final boolean quiet;
    private final RoutingOption routing;
    private final Connection connection;

    /** @param quiet says nothing of what went well */
    AppliedReport(PrintWriter err, boolean quiet, RoutingOption routing, Connection connection) {
        this.err = err;
        this.quiet = quiet;
        this.routing = routing;
        this.connection = connection;
    }

    /** @return whether all were applied in time */
    boolean await(List<CompletableFuture<Applied>> changes) throws InterruptedException, IOException {
        Applied slowest = null;
        boolean all = true;
        for (CompletableFuture<Applied> change : changes) {
            try {
                Applied applied = change.get();
                if (slowest == null || applied.took().compareTo(slowest.took()) > 0) {
                    slowest = applied;
                }
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof NotAppliedException late)) {
                    throw new CommandException(String.valueOf(
                            e.getCause() == null ? e.getMessage() : e.getCause().getMessage()));
                }
                err.println("xylem: " + late.getMessage() + lacking(late));
                all = false;
            }
        }
        if (all && slowest != null && !quiet) {
            err.println("applied by every worker concerned" + text(slowest));
        }
        err.flush();
        return all;
    }

    private static String text(Applied slowest) {
        Duration took = slowest.took();
        return slowest.workers() == 0 ? "" : ", the last after " + took.toMillis() + " ms (" + slowest.slowest() + ")";
    }

    private String lacking(NotAppliedException late) throws IOException {
        Optional<RoutingClient> client = routing.client(connection);
        if (client.isEmpty()) {
            return "; --routing URL would name the workers";
        }
        try {
            List<String> workers = client.get().lacking(late.realm(), late.version());
            return workers.isEmpty()
                    ? ""
                    : "; not yet: " + String.join(", ", workers) + " (`xylem get workers -o wide`)";
        } catch (CommandException e) {
            return "; " + e.getMessage();
        }
    }
}
