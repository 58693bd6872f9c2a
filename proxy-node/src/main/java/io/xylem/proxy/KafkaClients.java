package io.xylem.proxy;

import io.xylem.runtime.Settings;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.StatusSeal;
import io.xylem.schemas.Topic;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Kafka's clients as a proxy needs them: what can't be had or said soon is asked or said anew. */
final class KafkaClients {
    private KafkaClients() {}

    static KafkaConsumer<String, byte[]> consumer(Settings settings, String worker) {
        Map<String, Object> config = new HashMap<>(settings.client("consumer."));
        config.putIfAbsent(ConsumerConfig.CLIENT_ID_CONFIG, "xylem-proxy-" + worker);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        // An offset that the topic does not have must be noticed: the snapshot is then of no use.
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.putIfAbsent(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 5000);
        config.putIfAbsent(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 4000);
        return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    static <V> Producer<String, V> producer(Settings settings, String worker, Topic<V> topic) {
        Map<String, Object> config = new HashMap<>(settings.client("producer."));
        config.putIfAbsent(ProducerConfig.CLIENT_ID_CONFIG, "xylem-proxy-" + worker);
        config.put(ProducerConfig.PARTITIONER_CLASS_CONFIG, RealmPartitioner.class.getName());
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        // A status that is old says nothing; the next second brings a new one.
        config.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, 1000);
        config.putIfAbsent(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 2000);
        config.putIfAbsent(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 4000);
        config.put(StatusSeal.KEY, settings.secret(StatusSeal.KEY));
        // Closed with the producer.
        Serde<V> serde = topic.valueSerde(config);
        return new KafkaProducer<>(config, new StringSerializer(), serde.serializer());
    }
}
