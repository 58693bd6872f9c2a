package io.xylem.cli;

import io.xylem.publish.Applied;
import io.xylem.publish.EventSource;
import io.xylem.publish.EventSource.Entry;
import io.xylem.publish.NoOutcomeException;
import io.xylem.publish.XylemPublisher;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.json.IdSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "publish",
        description = {
            "Publishes deployment events, waits for the outcome of each, and prints the outcomes in their order.",
            "FILE holds one JSON object a line, or an Oakestra deployment descriptor (SLA); - reads standard input.",
            "With --until applied it ends when every live worker concerned has applied what was accepted: then nobody"
                    + " sends to an instance that was removed or has moved away.",
            "Exit status 1 if any event was rejected, had no outcome or was not applied in time, or could not be read."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = "  echo '{\"type\":\"ServiceRegistered\",\"service\":\"A.prod.S.prod\"}' | xylem publish -")
final class PublishCommand extends BaseCommand {
    /** So many events may be on their way; then reading waits. */
    private static final int MAX_IN_FLIGHT = 4096;

    @Parameters(paramLabel = "FILE", description = "A file, or - for standard input.")
    private String file = "-";

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long to wait for an event's outcome, and with --until applied as long again"
                    + " (default: ${DEFAULT-VALUE}).")
    private int timeoutSeconds;

    enum Until {
        accepted,
        applied
    }

    @Option(
            names = "--until",
            paramLabel = "WHEN",
            defaultValue = "accepted",
            description = "What to wait for: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Until until = Until.accepted;

    @Mixin
    private RoutingOption routing = new RoutingOption();

    @Option(
            names = "--realm",
            paramLabel = "REALM",
            defaultValue = "main",
            description = "The realm of a descriptor's services (default: ${DEFAULT-VALUE}); events name their own.")
    private String realm = "main";

    @Mixin
    private PoliciesOption policies = new PoliciesOption();

    @Mixin
    private Connection connection = new Connection();

    @Mixin
    private Output output = new Output();

    /** An entry and what will become of it; neither: the end. */
    private record Pending(
            @Nullable Entry entry,
            @Nullable CompletableFuture<Outcome> outcome,
            @Nullable IOException fault) {}

    @Override
    public Integer call() throws Exception {
        var source = new EventSource(
                IdSource.uuidV7(Clock.systemUTC(), new SecureRandom()),
                Clock.systemUTC(),
                realm,
                policies.of(connection),
                note -> err().println("xylem: " + note));
        if (timeoutSeconds < 1) {
            throw wrongUsage("--timeout takes a number of seconds from 1 on, not " + timeoutSeconds);
        }
        var limits = new XylemPublisher.Limits(MAX_IN_FLIGHT, Duration.ofSeconds(timeoutSeconds));
        Map<String, Object> producer = connection.client("producer.");
        Map<String, Object> consumer = connection.client("consumer.");
        BlockingQueue<Pending> pending = new ArrayBlockingQueue<>(MAX_IN_FLIGHT);
        try (BufferedReader text = open();
                var publisher = new XylemPublisher(producer, consumer, limits)) {
            Thread reader = Thread.ofVirtual().start(() -> readAll(source, text, publisher, pending));
            var report = new OutcomeReport(out(), output.isJson());
            try {
                List<CompletableFuture<Applied>> changes = new ArrayList<>();
                boolean allAccepted = print(pending, report, publisher, changes);
                boolean allApplied = new AppliedReport(err(), output.isJson(), routing, connection).await(changes);
                return allAccepted && allApplied ? 0 : 1;
            } finally {
                reader.interrupt();
                publisher.close(Duration.ZERO); // every outcome is printed by now, or nobody waits for it
            }
        }
    }

    private BufferedReader open() throws IOException {
        if (file.equals("-")) {
            return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        }
        Path path = Path.of(file);
        if (!Files.isRegularFile(path) && !Files.isReadable(path)) {
            throw new CommandException("there is no file " + path + " to read");
        }
        return Files.newBufferedReader(path);
    }

    private void readAll(
            EventSource source, BufferedReader text, XylemPublisher publisher, BlockingQueue<Pending> pending) {
        try {
            IOException fault = null;
            try {
                source.read(
                        text,
                        entry -> put(
                                pending,
                                new Pending(
                                        entry,
                                        entry instanceof Entry.Event(DeploymentEvent event)
                                                ? publisher.publish(event)
                                                : null,
                                        null)));
            } catch (IOException e) {
                fault = e;
            }
            put(pending, new Pending(null, null, fault));
        } catch (ReaderStopped | InterruptException e) {
            // Nobody prints any more.
        }
    }

    private static final class ReaderStopped extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static void put(BlockingQueue<Pending> queue, Pending pending) {
        try {
            queue.put(pending);
        } catch (InterruptedException e) {
            throw new ReaderStopped();
        }
    }

    /** @return whether every event was accepted */
    private boolean print(
            BlockingQueue<Pending> pending,
            OutcomeReport report,
            XylemPublisher publisher,
            List<CompletableFuture<Applied>> changes)
            throws IOException, InterruptedException {
        boolean allAccepted = true;
        while (true) {
            Pending next = pending.take();
            if (next.fault() != null) {
                throw next.fault();
            }
            switch (next.entry()) {
                case null -> {
                    report.end();
                    return allAccepted;
                }
                case Entry.Malformed malformed -> {
                    report.malformed(malformed);
                    allAccepted = false;
                }
                case Entry.Event _ -> {
                    Optional<Outcome> outcome = outcome(next.outcome());
                    allAccepted &= outcome.isPresent() && report.outcome(outcome.get());
                    if (until == Until.applied) {
                        outcome.ifPresent(heard ->
                                changes.add(publisher.awaitApplied(heard, Duration.ofSeconds(timeoutSeconds))));
                    }
                }
            }
        }
    }

    /** Empty: none was heard, and that was said. */
    private Optional<Outcome> outcome(@Nullable CompletableFuture<Outcome> future) throws InterruptedException {
        if (future == null) {
            throw new IllegalStateException("an event without a future");
        }
        try {
            return Optional.of(future.get());
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case NoOutcomeException unheard ->
                    err().println("xylem: " + unheard.getMessage() + " (`xylem status`)");
                case KafkaException fault -> throw fault;
                case null, default -> throw new IllegalStateException(e.getCause());
            }
            return Optional.empty();
        }
    }
}
