package io.xylem.cli.publish;

import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes deployment events and hears what became of each.
 *
 * <pre>
 *  publish(event) ──► xylem.deployment-events ──► allocator ──► xylem.outcomes ──► the future, by the event's id
 * </pre>
 *
 * Events of one publisher keep their order; sending is idempotent, so that no event is written twice by a retry. An
 * event with an id that was published before has its old outcome again. Any thread may publish. It takes no time limit
 * of its own: use {@link CompletableFuture#orTimeout}.
 */
public final class XylemPublisher implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(500);

    /** One publishing of an event; two of them are never the same. */
    private static final class Waiter {
        final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    }

    private final Producer<String, DeploymentEvent> producer;
    private final Consumer<String, byte[]> consumer;
    private final Serde<Outcome> outcomes;
    private final Thread listener;

    /** By event id, in the order of publishing: an id may be published twice. Guarded by itself. */
    private final Map<String, Queue<Waiter>> waiting = new HashMap<>();

    /** Set once, when outcomes can be heard no more. Guarded by {@code waiting}. */
    private @Nullable Throwable ended;

    private volatile boolean closing;

    /**
     * Connects, and hears every outcome from now on.
     *
     * @param config Kafka's keys, {@code bootstrap.servers} and {@code schema.registry.url} among them
     * @throws KafkaException if the brokers can't be reached or the topics are missing
     */
    public XylemPublisher(Map<String, Object> config) {
        this(config, config);
    }

    /** The same with settings of the producer and the consumer apart, e.g. a time limit of one of them. */
    public XylemPublisher(Map<String, Object> producerConfig, Map<String, Object> consumerConfig) {
        Map<String, Object> listen = new HashMap<>(consumerConfig);
        // The allocator writes in transactions: what it takes back is no outcome.
        listen.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        listen.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        listen.remove(ConsumerConfig.GROUP_ID_CONFIG);
        Map<String, Object> send = new HashMap<>(producerConfig);
        send.put(ProducerConfig.ACKS_CONFIG, "all");
        send.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        outcomes = Topics.OUTCOMES.valueSerde(consumerConfig);
        consumer = new KafkaConsumer<>(listen, new StringDeserializer(), new ByteArrayDeserializer());
        try {
            startAtEnd(consumer);
            producer = new KafkaProducer<>(
                    send,
                    new StringSerializer(),
                    Topics.DEPLOYMENT_EVENTS.valueSerde(producerConfig).serializer());
        } catch (RuntimeException e) {
            consumer.close();
            outcomes.close();
            throw e;
        }
        listener = Thread.ofPlatform().daemon().name("xylem-outcomes").start(this::listen);
    }

    /** The positions are fixed here and not at the first poll: an outcome may come before that. */
    private static void startAtEnd(Consumer<?, ?> consumer) {
        String topic = Topics.OUTCOMES.name();
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .toList();
        if (partitions.isEmpty()) {
            throw new KafkaException("there is no topic " + topic + "; `xylem topics create` makes all of them");
        }
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
    }

    /** @return completes with the outcome, or with the fault for which none will be heard */
    public CompletableFuture<Outcome> publish(DeploymentEvent event) {
        var waiter = new Waiter();
        synchronized (waiting) {
            if (ended != null) {
                return CompletableFuture.failedFuture(ended);
            }
            waiting.computeIfAbsent(event.getId(), id -> new ArrayDeque<>()).add(waiter);
        }
        // Whoever gives up, by a time limit or a fault, must not take the outcome of a later publishing.
        CompletableFuture<Outcome> _ = waiter.outcome.whenComplete((heard, fault) -> forget(event.getId(), waiter));
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
        return waiter.outcome;
    }

    private void forget(String id, Waiter waiter) {
        synchronized (waiting) {
            Queue<Waiter> same = waiting.get(id);
            if (same != null && same.remove(waiter) && same.isEmpty()) {
                waiting.remove(id);
            }
        }
    }

    private void listen() {
        Throwable reason = new IllegalStateException("the publisher was closed before the outcome came");
        try (consumer) {
            while (!closing) {
                for (ConsumerRecord<String, byte[]> rec : consumer.poll(POLL)) {
                    hear(rec);
                }
            }
        } catch (WakeupException e) {
            // close() asked to end
        } catch (RuntimeException e) {
            reason = e;
        }
        List<Waiter> left = new ArrayList<>();
        synchronized (waiting) {
            ended = reason;
            waiting.values().forEach(left::addAll);
            waiting.clear();
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

    /** Sends what is still to be sent; outcomes that have not come by then fail. */
    @Override
    public void close() {
        producer.close();
        closing = true;
        consumer.wakeup();
        try {
            listener.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        outcomes.close();
    }
}
