package io.xylem.proxy.control;

import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.WorkerStatus;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
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

/** What the worker says, on its way to the brokers. One thread. What can't be sent is the caller's to say again. */
final class StatusSender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatusSender.class);

    private final String realm;
    private final String worker;
    private final Supplier<? extends Producer<String, WorkerStatus>> producers;
    private final LongSupplier clockMs;
    private @Nullable Producer<String, WorkerStatus> producer;
    private volatile String lastTrouble = "";

    StatusSender(
            String realm,
            String worker,
            Supplier<? extends Producer<String, WorkerStatus>> producers,
            LongSupplier clockMs) {
        this.realm = realm;
        this.worker = worker;
        this.producers = producers;
        this.clockMs = clockMs;
    }

    /** @return completes when the broker has it, on a thread of Kafka's */
    CompletableFuture<Void> send(String key, Object body) {
        CompletableFuture<Void> told = new CompletableFuture<>();
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
                close(); // the next time makes a new one
            }
        }
        return told;
    }

    /** The same trouble is told once. */
    private void trouble(Exception e) {
        if (!String.valueOf(e.getMessage()).equals(lastTrouble)) {
            lastTrouble = String.valueOf(e.getMessage());
            LOG.warn("the worker's status can't be reported for now: {}", e.toString());
        }
    }

    @Override
    public void close() {
        if (producer != null) {
            producer.close(Duration.ofSeconds(1));
            producer = null;
        }
    }
}
