package io.xylem.proxy.control;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.FlowCounts;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.schemas.Keys;
import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.InstanceFlows;
import io.xylem.schemas.avro.InstanceReport;
import io.xylem.schemas.avro.LoadReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says twice a second that the worker is alive, at once which routes its packets go by now, of its instances whether they
 * are ready, and every second how many flows they have. Nothing waits for it: what can't be sent now is said again.
 */
public final class StatusReporter {
    private static final long EVERY_MS = 500;
    private static final int TURNS_PER_LOAD = 2;
    /** A table may change a hundred times a second; the last one of a few says it for all. */
    private static final long APPLIED_EVERY_MS = 50;

    private static final Logger LOG = LoggerFactory.getLogger(StatusReporter.class);

    private final FeedSource source;
    private final StatusSender sender;
    private final ScheduledExecutorService thread;
    private final Routes routes;
    private final Supplier<Attachments> attachments;
    private final Supplier<FlowCounts> flows;
    private final Coalesced applied;
    private final ConcurrentMap<InstanceName, Report> outstanding = new ConcurrentHashMap<>();
    /** As the broker has it; null when that is not known. */
    private volatile @Nullable List<InstanceFlows> saidLoad;

    private long turns;

    /** @param thread the sender's */
    StatusReporter(
            FeedSource source,
            StatusSender sender,
            ScheduledExecutorService thread,
            Routes routes,
            Supplier<Attachments> attachments,
            Supplier<FlowCounts> flows,
            LongSupplier clockNs) {
        this.source = source;
        this.sender = sender;
        this.thread = thread;
        this.routes = routes;
        this.attachments = attachments;
        this.flows = flows;
        applied = new Coalesced(thread, APPLIED_EVERY_MS, clockNs, this::beat);
    }

    void start() {
        routes.onTaken(applied::ask);
        ScheduledFuture<?> _ = thread.scheduleWithFixedDelay(this::turn, 0, EVERY_MS, TimeUnit.MILLISECONDS);
    }

    /** Says it at once, and again until it is heard. @return completes when the broker has it the first time */
    CompletableFuture<Void> say(Report report) {
        outstanding.put(report.instance(), report);
        try {
            return CompletableFuture.completedFuture(report).thenComposeAsync(this::send, thread);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void turn() {
        try {
            repeatReports();
            beat();
            if (turns++ % TURNS_PER_LOAD == 0) {
                sayLoad();
            }
        } catch (RuntimeException e) {
            // Thrown out of here, it would silently end the schedule.
            LOG.error("the status was not reported", e);
        }
    }

    private void beat() {
        var _ = sender.send(
                Keys.worker(source.realm(), source.worker()),
                new Heartbeat(routes.applied(), source.kind().text()));
    }

    private void repeatReports() {
        for (Attachment attached : attachments.get().all()) {
            Optional<InstanceAt> route = routes.find(attached.instance());
            // A placement that nobody has spoken of: after a restart, or when the instance was scheduled anew.
            route.filter(at -> at.worker().equals(source.worker())
                            && at.state() == InstanceState.SCHEDULED
                            && at.namespaceIp().equals(attached.namespaceIp()))
                    .ifPresent(at -> outstanding.putIfAbsent(at.instance(), Report.ready(at)));
        }
        for (InstanceName instance : outstanding.keySet()) {
            Report report = outstanding.computeIfPresent(
                    instance,
                    (name, said) ->
                            said.outstanding(routes.find(name), source.worker()).orElse(null));
            if (report != null) {
                var _ = send(report);
            }
        }
    }

    private CompletableFuture<Void> send(Report report) {
        return sender.send(
                Keys.instance(source.realm(), report.instance()),
                new InstanceReport(
                        report.instance().service().toString(),
                        report.instance().number(),
                        report.ready(),
                        report.reason(),
                        report.version()));
    }

    private void sayLoad() {
        Map<InstanceName, Integer> counts = flows.get().hosted();
        List<InstanceFlows> load = attachments.get().all().stream()
                .map(Attachment::instance)
                .sorted()
                .filter(counts::containsKey)
                .map(one -> new InstanceFlows(one.service().toString(), one.number(), counts.getOrDefault(one, 0)))
                .toList();
        if (load.equals(saidLoad)) {
            return;
        }
        saidLoad = load;
        var _ = sender.send(Keys.load(source.realm(), source.worker()), new LoadReport(load))
                .exceptionally(failure -> {
                    saidLoad = null;
                    return null;
                });
    }

    /** What is still to be said, for people and tests. */
    Map<InstanceName, Report> outstanding() {
        return Map.copyOf(outstanding);
    }
}
