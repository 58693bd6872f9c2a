package io.xylem.publish;

import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.json.IdSource;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;

/**
 * Publishes deployment events and hears what became of each.
 *
 * <pre>
 *  publish(event) ──► xylem.deployment-events ──► allocator ──► xylem.outcomes ──► the future, by the event's id
 * </pre>
 *
 * <ul>
 *   <li><b>Order.</b> Events that one thread publishes to a realm are handled in that order, and no retry writes one
 *       twice. One whose future failed may be missing between its neighbours.
 *   <li><b>Refusals</b> are outcomes: the future fails only if no outcome was heard, and then says whether the event may
 *       still be handled. An event that is published again with the same id has its old outcome and changes nothing.
 *   <li><b>Back-pressure.</b> When {@link Limits#maxInFlight} events wait for their outcomes, publishing blocks.
 *   <li><b>Threads.</b> Any thread may publish. What hangs on a future runs on a virtual thread of its own and may block
 *       or publish itself.
 * </ul>
 */
public final class XylemPublisher implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(500);

    /**
     * @param maxInFlight so many events may wait for their outcomes; then {@link #publish} blocks
     * @param outcomeTimeout within it an outcome is heard, or its future fails with a {@link NoOutcomeException}
     */
    public record Limits(int maxInFlight, Duration outcomeTimeout) {
        public static final Limits DEFAULT = new Limits(4096, Duration.ofSeconds(30));

        public Limits {
            if (maxInFlight < 1 || !outcomeTimeout.isPositive()) {
                throw new IllegalArgumentException("limits must be positive, not " + maxInFlight + " events in flight"
                        + " and " + outcomeTimeout + " for an outcome");
            }
        }
    }

    /** One publishing of an event; two of them are never the same. */
    private static final class Waiter {
        final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    }

    private final Producer<String, DeploymentEvent> producer;
    private final Consumer<String, byte[]> consumer;
    private final Serde<Outcome> outcomes;
    private final Limits limits;
    private final Semaphore slots;
    private final IdSource ids = IdSource.uuidV7(Clock.systemUTC(), new SecureRandom());
    private final Thread listener;

    /** By event id, in the order of publishing: an id may be published twice. Guarded by itself. */
    private final Map<String, Queue<Waiter>> waiting = new HashMap<>();

    /** Set once, when outcomes can be heard no more. Guarded by {@code waiting}. */
    private @Nullable RuntimeException ended;

    private volatile boolean closing;

    /** Makes the listener to what is applied. */
    private final Supplier<AppliedListener> appliedListeners;

    /** Made with the first question; guarded by {@code waiting}. */
    private @Nullable AppliedListener appliedListener;

    /**
     * Connects, and hears every outcome from now on.
     *
     * @param config Kafka's keys, {@code bootstrap.servers} and {@code schema.registry.url} among them, and
     *     {@code xylem.topic.prefix} where it is another one
     * @throws KafkaException if the brokers can't be reached or the topics are missing
     */
    public XylemPublisher(Map<String, Object> config) {
        this(config, config, Limits.DEFAULT);
    }

    /** The same with settings of the producer and the consumer apart, and other limits. */
    public XylemPublisher(Map<String, Object> producerConfig, Map<String, Object> consumerConfig, Limits limits) {
        this(Clients.producer(producerConfig, limits.outcomeTimeout), consumerConfig, limits);
    }

    private XylemPublisher(
            Producer<String, DeploymentEvent> producer, Map<String, Object> consumerConfig, Limits limits) {
        this(
                producer,
                Clients.outcomeConsumer(producer, consumerConfig),
                Topics.OUTCOMES.valueSerde(consumerConfig),
                limits,
                () -> new AppliedListener(
                        () -> Clients.consumer(consumerConfig), Topics.CONVERGENCE.valueSerde(consumerConfig)));
    }

    /** Owns all that it is given; the consumer stands where it shall begin. */
    XylemPublisher(
            Producer<String, DeploymentEvent> producer,
            Consumer<String, byte[]> consumer,
            Serde<Outcome> outcomes,
            Limits limits,
            Supplier<AppliedListener> appliedListeners) {
        this.producer = producer;
        this.consumer = consumer;
        this.outcomes = outcomes;
        this.limits = limits;
        this.appliedListeners = appliedListeners;
        this.slots = new Semaphore(limits.maxInFlight);
        this.listener = Thread.ofPlatform().daemon().name("xylem-outcomes").start(this::listen);
    }

    /**
     * An event of a new id, that happens now.
     *
     * @param body one of the records that a {@link DeploymentEvent} may hold, e.g. a ServiceRegistered
     */
    public CompletableFuture<Outcome> publish(String realm, SpecificRecord body) {
        return publish(new DeploymentEvent(realm, ids.next(), Clock.systemUTC().millis(), body));
    }

    /**
     * Blocks while too many events are in flight. Cancelling the future changes nothing of the event.
     *
     * @return completes with the outcome, or with the fault for which none will be heard
     * @throws IllegalStateException if the publisher is closed
     * @throws InterruptException if the thread is interrupted while it waits; then the event was not sent
     */
    public CompletableFuture<Outcome> publish(DeploymentEvent event) {
        try {
            slots.acquire();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
        var waiter = new Waiter();
        synchronized (waiting) {
            if (closing) {
                slots.release();
                throw new IllegalStateException("the publisher is closed; event " + event.getId() + " was not sent");
            }
            if (ended != null) {
                slots.release();
                return CompletableFuture.failedFuture(ended);
            }
            waiting.computeIfAbsent(event.getId(), id -> new ArrayDeque<>()).add(waiter);
        }
        // Whoever gives up, by a time limit or a fault, must not take the outcome of a later publishing.
        CompletableFuture<Outcome> heard = waiter.outcome
                .orTimeout(limits.outcomeTimeout.toNanos(), TimeUnit.NANOSECONDS)
                .whenComplete((outcome, fault) -> forget(event.getId(), waiter));
        send(event, waiter);
        var result = new CompletableFuture<Outcome>();
        CompletableFuture<Outcome> _ = heard.whenCompleteAsync(
                (outcome, fault) -> {
                    if (fault == null) {
                        result.complete(outcome);
                    } else {
                        result.completeExceptionally(explain(event, fault));
                    }
                },
                Thread::startVirtualThread);
        return result;
    }

    /**
     * Waits until every live worker that the event concerns has applied what it changed. Then, for an instance that was
     * removed or has moved away, nobody sends to it any more. Of an event that found everything so already, what it found
     * is waited for: who made it so may not have waited. One that is not about routes, or was rejected, is applied at once.
     *
     * @param outcome of the event; also of one that was published again
     * @return fails with a {@link NotAppliedException} if that takes longer than {@code timeout}
     */
    public CompletableFuture<Applied> awaitApplied(Outcome outcome, Duration timeout) {
        if (!AppliedListener.isOfRoutes(outcome)) {
            return CompletableFuture.completedFuture(Applied.byNobody(outcome.getRealm(), outcome.getOffset()));
        }
        synchronized (waiting) {
            if (closing) {
                throw new IllegalStateException("the publisher is closed");
            }
            if (appliedListener == null) {
                appliedListener = appliedListeners.get();
            }
            return appliedListener.ask(outcome, timeout);
        }
    }

    private void send(DeploymentEvent event, Waiter waiter) {
        try {
            // Kafka's partitioner takes the key, which is the realm: all events of a realm are in one partition.
            Future<?> _ = producer.send(
                    new ProducerRecord<>(Topics.DEPLOYMENT_EVENTS.name(), event.getRealm(), event),
                    (metadata, fault) -> {
                        if (fault != null) {
                            waiter.outcome.completeExceptionally(fault);
                        }
                    });
        } catch (RuntimeException e) {
            waiter.outcome.completeExceptionally(e);
        }
    }

    private Throwable explain(DeploymentEvent event, Throwable fault) {
        Throwable cause =
                fault instanceof CompletionException wrapped && wrapped.getCause() != null ? wrapped.getCause() : fault;
        return cause instanceof TimeoutException
                ? new NoOutcomeException("no outcome of event " + event.getId() + " of realm '" + event.getRealm()
                        + "' within " + limits.outcomeTimeout.toMillis() + " ms. It may still be handled: publish it"
                        + " again with the same id to see. Does the allocator run?")
                : cause;
    }

    private void forget(String id, Waiter waiter) {
        synchronized (waiting) {
            Queue<Waiter> same = waiting.get(id);
            if (same != null && same.remove(waiter) && same.isEmpty()) {
                waiting.remove(id);
            }
            waiting.notifyAll();
        }
        slots.release();
    }

    private void listen() {
        RuntimeException reason =
                new NoOutcomeException("the publisher was closed before the outcome came; it may still"
                        + " be handled: publish it again with the same id to see");
        try (consumer) {
            while (true) {
                for (ConsumerRecord<String, byte[]> rec : consumer.poll(POLL)) {
                    hear(rec);
                }
            }
        } catch (WakeupException e) {
            // close() asked to end
        } catch (RuntimeException e) {
            reason = new KafkaException("outcomes can't be heard any more: " + e.getMessage(), e);
        }
        List<Waiter> left = new ArrayList<>();
        synchronized (waiting) {
            ended = reason;
            waiting.values().forEach(left::addAll);
        }
        for (Waiter waiter : left) {
            waiter.outcome.completeExceptionally(reason);
        }
    }

    private void hear(ConsumerRecord<String, byte[]> rec) {
        Waiter next;
        synchronized (waiting) {
            Queue<Waiter> same = waiting.get(rec.key());
            if (same == null) {
                return; // somebody else's event
            }
            next = same.element();
        }
        try {
            next.outcome.complete(outcomes.deserializer().deserialize(rec.topic(), rec.headers(), rec.value()));
        } catch (KafkaException e) {
            next.outcome.completeExceptionally(e);
        }
    }

    /** Takes no more events, sends those it has, and waits for their outcomes, each for its time. */
    @Override
    public void close() {
        close(limits.outcomeTimeout);
    }

    /** The same with less patience: outcomes that have not come by then fail with a {@link NoOutcomeException}. */
    public void close(Duration patience) {
        long deadlineNs = System.nanoTime() + patience.toNanos();
        synchronized (waiting) {
            closing = true;
        }
        producer.close(patience);
        boolean interrupted = !awaitOutcomes(deadlineNs);
        consumer.wakeup();
        try {
            listener.join();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        outcomes.close();
        AppliedListener listening;
        synchronized (waiting) {
            listening = appliedListener;
        }
        if (listening != null) {
            listening.close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return false if the thread was interrupted */
    private boolean awaitOutcomes(long deadlineNs) {
        synchronized (waiting) {
            try {
                long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
                while (!waiting.isEmpty() && ended == null && leftMs > 0) {
                    waiting.wait(leftMs);
                    leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNs - System.nanoTime());
                }
                return true;
            } catch (InterruptedException e) {
                return false;
            }
        }
    }
}
