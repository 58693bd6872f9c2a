package io.xylem.publish;

import io.xylem.schemas.Namespace;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.DeploymentEvent;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** The Kafka clients of a publisher, as it needs them. */
final class Clients {
    private Clients() {}

    /** @param patience brokers that do not answer hold a publisher no longer */
    static Producer<String, DeploymentEvent> producer(Map<String, Object> config, Duration patience) {
        Namespace.use(config);
        Map<String, Object> send = new HashMap<>(config);
        send.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, Math.min(patience.toMillis(), Integer.MAX_VALUE));
        send.put(ProducerConfig.ACKS_CONFIG, "all");
        send.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        return new KafkaProducer<>(
                send,
                new StringSerializer(),
                Topics.DEPLOYMENT_EVENTS.valueSerde(config).serializer());
    }

    /**
     * Of all outcomes from now on.
     *
     * @param producer closed, if that fails
     */
    static Consumer<String, byte[]> outcomeConsumer(AutoCloseable producer, Map<String, Object> config) {
        Consumer<String, byte[]> consumer = null;
        try {
            consumer = consumer(config);
            startAtEnd(consumer);
            return consumer;
        } catch (RuntimeException e) {
            close(producer, e);
            close(consumer, e);
            throw e;
        }
    }

    /** Of no topic yet. */
    static Consumer<String, byte[]> consumer(Map<String, Object> config) {
        Map<String, Object> listen = new HashMap<>(config);
        // The allocator writes in transactions: what it takes back is no outcome.
        listen.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        listen.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        listen.remove(ConsumerConfig.GROUP_ID_CONFIG);
        return new KafkaConsumer<>(listen, new StringDeserializer(), new ByteArrayDeserializer());
    }

    private static void close(@Nullable AutoCloseable part, RuntimeException reason) {
        try {
            if (part != null) {
                part.close();
            }
        } catch (Exception e) {
            reason.addSuppressed(e);
        }
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
}
