package io.xylem.proxy.control;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.schemas.Keys;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.InstanceReport;
import io.xylem.schemas.avro.WorkerStatus;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says every second that the worker is alive and which routes it has applied, and of its instances whether they are
 * ready. Nothing waits for it: what can't be sent now is said again.
 */
public final class StatusReporter implements AutoCloseable {
    private static final long EVERY_MS = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(StatusReporter.class);

    private final String realm;
    private final String worker;
    private final Supplier<? extends Producer<String, WorkerStatus>> producers;
    private final Routes routes;
    private final Supplier<Attachments> attachments;
    private final LongSupplier clockMs;
    private final ConcurrentMap<InstanceName, Report> outstanding = new ConcurrentHashMap<>();
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("status").factory());
    private @Nullable Producer<String, WorkerStatus> producer;
    private volatile String lastTrouble = "";

    StatusReporter(
            String realm,
            String worker,
            Supplier<? extends Producer<String, WorkerStatus>> producers,
            Routes routes,
            Supplier<Attachments> attachments,
            LongSupplier clockMs) {
        this.realm = realm;
        this.worker = worker;
        this.producers = producers;
        this.routes = routes;
        this.attachments = attachments;
        this.clockMs = clockMs;
    }

    void start() {
        ScheduledFuture<?> _ = thread.scheduleWithFixedDelay(this::turn, 0, EVERY_MS, TimeUnit.MILLISECONDS);
    }

    /** Says it at once, and again until it is heard. @return completes when the broker has it the first time */
    CompletableFuture<Void> say(Report report) {
        CompletableFuture<Void> told = new CompletableFuture<>();
        outstanding.put(report.instance(), report);
        try {
            thread.execute(() -> send(report, told));
        } catch (RejectedExecutionException e) {
            told.completeExceptionally(e);
        }
        return told;
    }

    /** One second's worth. */
    void turn() {
        try {
            for (Attachment attached : attachments.get().all()) {
                Optional<InstanceAt> route = routes.find(attached.instance());
                // A placement that nobody has spoken of: after a restart, or when the instance was scheduled anew.
                route.filter(at -> at.worker().equals(worker)
                                && at.state() == InstanceState.SCHEDULED
                                && at.namespaceIp().equals(attached.namespaceIp()))
                        .ifPresent(at -> outstanding.putIfAbsent(at.instance(), Report.ready(at)));
            }
            for (InstanceName instance : outstanding.keySet()) {
                Report report = outstanding.computeIfPresent(
                        instance,
                        (name, said) ->
                                said.outstanding(routes.find(name), worker).orElse(null));
                if (report != null) {
                    send(report, new CompletableFuture<>());
                }
            }
            send(
                    Keys.worker(realm, worker),
                    new Heartbeat(routes.table().version(), "broadcast"),
                    new CompletableFuture<>());
        } catch (RuntimeException e) {
            // Thrown out of here, it would silently end the schedule.
            LOG.error("the status was not reported", e);
        }
    }

    private void send(Report report, CompletableFuture<Void> told) {
        send(
                Keys.instance(realm, report.instance()),
                new InstanceReport(
                        report.instance().service().toString(),
                        report.instance().number(),
                        report.ready(),
                        report.reason(),
                        report.version()),
                told);
    }

    private void send(String key, Object body, CompletableFuture<Void> told) {
        WorkerStatus status = new WorkerStatus(realm, worker, clockMs.getAsLong(), body);
        try {
            Producer<String, WorkerStatus> open = producer == null ? producers.get() : producer;
            producer = open;
            var _ = open.send(new ProducerRecord<>(Topics.WORKER_STATUS.name(), key, status), (sent, failure) -> {
                if (failure == null) {
                    lastTrouble = "";
                    told.complete(null);
                } else {
                    trouble(failure);
                    told.completeExceptionally(failure);
                }
            });
        } catch (KafkaException e) {
            trouble(e);
            told.completeExceptionally(e);
            if (!(e instanceof RetriableException || e instanceof SerializationException)) {
                closeProducer(); // the next turn makes a new one
            }
        }
    }

    /** The same trouble is told once. */
    private void trouble(Exception e) {
        if (!String.valueOf(e.getMessage()).equals(lastTrouble)) {
            lastTrouble = String.valueOf(e.getMessage());
            LOG.warn("the worker's status can't be reported for now: {}", e.toString());
        }
    }

    /** What is still to be said, for people and tests. */
    Map<InstanceName, Report> outstanding() {
        return Map.copyOf(outstanding);
    }

    @Override
    public void close() {
        // Not interrupted: Kafka's client takes that for a defect. A send waits for max.block.ms at most.
        thread.shutdown();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("the status thread did not end within 10 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closeProducer();
    }

    private void closeProducer() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(1));
            producer = null;
        }
    }
}
