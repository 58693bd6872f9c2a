package io.xylem.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.broker.EmbeddedBroker;
import io.xylem.schemas.Keys;
import io.xylem.schemas.Topic;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.Interests;
import io.xylem.schemas.avro.WorkerStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole cluster on Confluent's own serializer classes, switched by configuration alone, with a real broker and a real
 * registry; and every record of it read and written by both.
 */
class ConfluentSerdesIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final List<Topic<?>> WRITTEN = List.of(
            Topics.DEPLOYMENT_EVENTS,
            Topics.OUTCOMES,
            Topics.ALLOCATIONS,
            Topics.STATE_HASHES,
            Topics.ROUTES,
            Topics.WORKER_ROUTES,
            Topics.WORKER_STATUS);

    @Test
    void aClusterRunsOnConfluentsSerializersAndOursReadsIt(@TempDir Path dir) throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("broker"));
                Roles roles = new Roles(dir)) {
            Map<String, String> ours = Map.of(
                    "bootstrap.servers",
                    broker.bootstrap(),
                    "schema.registry.url",
                    SharedCluster.state().registryUrl());
            Map<String, String> confluents = new HashMap<>(ours);
            confluents.put("value.serializer", "io.confluent.kafka.serializers.KafkaAvroSerializer");
            confluents.put("value.deserializer", "io.confluent.kafka.serializers.KafkaAvroDeserializer");
            confluents.put("auto.register.schemas", "false");
            Path file = Roles.write(dir.resolve("confluent.properties"), confluents);
            Cli.Result topics = Cli.run("topics", "create", "--config", file.toString());
            assertThat(topics.status()).as(topics.err()).isZero();
            roles.startAllocator(file, "xylem.hash.interval.events=1");
            roles.startRouting(file);

            Path events = Files.writeString(dir.resolve("events.jsonl"), """
                {"type":"WorkerJoined","worker":"c1","cluster":"c1","underlay":{"address":"192.168.91.1","port":50103}}
                {"type":"ServiceRegistered","service":"confluent.prod.S.prod"}
                {"type":"InstanceScheduled","service":"confluent.prod.S.prod","instance":1,"worker":"c1"}
                {"type":"InstanceReady","service":"confluent.prod.S.prod","instance":1}
                """);
            Cli.Result published = Cli.run("publish", events.toString(), "-o", "json", "--config", file.toString());
            assertThat(published.status()).as(published.out() + published.err()).isZero();
            assertThat(published.lines()).hasSize(4).allMatch(line -> line.contains("\"status\":\"accepted\""));
            sayAsWorker(confluents, new Heartbeat(0L, "interest"), Keys.worker("main", "c1"));
            sayAsWorker(
                    confluents,
                    new Interests(1L, List.of("confluent.prod.S.prod"), List.of()),
                    Keys.interest("main", "c1"));
            await().atMost(PATIENCE)
                    .until(() -> Cli.run("get", "routes", "-o", "json", "--config", file.toString())
                            .out()
                            .contains("READY"));
            for (Topic<?> topic : WRITTEN) {
                await(topic.name()).atMost(PATIENCE).until(() -> compared(topic, ours, confluents) > 0);
            }
            assertThat(roles.faults).isEmpty();
            assertThat(Cli.run("dead-letters", "list", "--config", file.toString())
                            .err())
                    .contains("no dead letters");
        }
    }

    private static void sayAsWorker(Map<String, String> config, Object body, String key) throws Exception {
        try (Serde<WorkerStatus> serde = Topics.WORKER_STATUS.valueSerde(config);
                var producer = new KafkaProducer<>(
                        new HashMap<String, Object>(config), new StringSerializer(), serde.serializer())) {
            producer.send(new ProducerRecord<>(
                            Topics.WORKER_STATUS.name(), key, new WorkerStatus("main", "c1", 1L, body)))
                    .get();
        }
    }

    /** Each side reads the same from every record, and would have written the same bytes. @return how many there were */
    private static <V> int compared(Topic<V> topic, Map<String, String> ours, Map<String, String> confluents) {
        int values = 0;
        try (Serde<V> one = topic.valueSerde(ours);
                Serde<V> other = topic.valueSerde(confluents)) {
            for (ConsumerRecord<byte[], byte[]> record : all(topic, ours)) {
                if (record.value() != null) {
                    V value = one.deserializer().deserialize(topic.name(), record.headers(), record.value());
                    assertThat(other.deserializer().deserialize(topic.name(), record.headers(), record.value()))
                            .isEqualTo(value);
                    assertThat(one.serializer().serialize(topic.name(), value)).isEqualTo(record.value());
                    assertThat(other.serializer().serialize(topic.name(), value))
                            .isEqualTo(record.value());
                    values++;
                }
            }
        }
        return values;
    }

    private static List<ConsumerRecord<byte[], byte[]>> all(Topic<?> topic, Map<String, String> config) {
        var records = new ArrayList<ConsumerRecord<byte[], byte[]>>();
        Map<String, Object> settings = new HashMap<>(config);
        settings.put("isolation.level", "read_committed");
        try (var consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(info -> new TopicPartition(topic.name(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(records::add);
            }
        }
        return records;
    }
}
