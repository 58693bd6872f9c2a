package io.xylem.cli;

import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.WithdrawalConfirmed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Writes a log as it was into an empty topic. Its times stay, because the allocator decides by them. Its offsets may not,
 * and they are versions: who names an event by its offset is told the new one.
 */
final class RealmImport implements AutoCloseable {
    private static final String TOPIC = Topics.DEPLOYMENT_EVENTS.name();
    private static final ConfigResource RESOURCE = new ConfigResource(ConfigResource.Type.TOPIC, TOPIC);

    /** Routing makes its ids of versions, and must not meet those of another cluster's. */
    private static final String OBSERVATION = "obs-";

    private record Place(String realm, long offset) {}

    private final Admin admin;
    private final KafkaProducer<String, DeploymentEvent> producer;
    private final int partitions;
    private final Map<Integer, Long> ends = new HashMap<>();
    private final Map<Place, Long> newOffsets = new HashMap<>();
    private final List<Future<RecordMetadata>> sent = new ArrayList<>();
    private final List<Long> expected = new ArrayList<>();

    private RealmImport(Admin admin, KafkaProducer<String, DeploymentEvent> producer, int partitions) {
        this.admin = admin;
        this.producer = producer;
        this.partitions = partitions;
    }

    /** @throws CommandException if there are events already */
    static RealmImport into(Map<String, Object> adminConfig, Map<String, Object> producerConfig)
            throws ExecutionException, InterruptedException {
        Admin admin = Admin.create(adminConfig);
        try {
            int partitions = admin.describeTopics(List.of(TOPIC))
                    .allTopicNames()
                    .get()
                    .values()
                    .iterator()
                    .next()
                    .partitions()
                    .size();
            for (int partition = 0; partition < partitions; partition++) {
                var of = new TopicPartition(TOPIC, partition);
                long end = admin.listOffsets(Map.of(of, OffsetSpec.latest()))
                        .partitionResult(of)
                        .get()
                        .offset();
                if (end > 0) {
                    throw new CommandException("partition " + partition + " of " + TOPIC + " has had " + end
                            + " records; a log comes into a cluster that has none, before anybody publishes");
                }
            }
            stampBy(admin, "CreateTime");
            Map<String, Object> config = new HashMap<>(producerConfig);
            config.put(ProducerConfig.ACKS_CONFIG, "all");
            config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
            return new RealmImport(
                    admin,
                    new KafkaProducer<>(
                            config,
                            new StringSerializer(),
                            Topics.DEPLOYMENT_EVENTS.valueSerde(config).serializer()),
                    partitions);
        } catch (ExecutionException | InterruptedException | RuntimeException e) {
            admin.close();
            throw e;
        }
    }

    void write(RealmLine line) {
        String realm = line.event().getRealm();
        int partition = RealmPartitioner.partition(realm, partitions);
        long offset = ends.merge(partition, 1L, Long::sum) - 1;
        newOffsets.put(new Place(realm, line.offset()), offset);
        expected.add(offset);
        sent.add(producer.send(new ProducerRecord<>(TOPIC, partition, line.timestampMs(), realm, moved(line.event()))));
    }

    private DeploymentEvent moved(DeploymentEvent event) {
        Object body = event.getBody();
        if (body instanceof WithdrawalConfirmed confirmed) {
            // One that was confirmed and is not there was never known: nothing is confirmed by it.
            long version = newOffsets.getOrDefault(new Place(event.getRealm(), confirmed.getVersion()), -1L);
            body = new WithdrawalConfirmed(confirmed.getService(), confirmed.getInstance(), version);
        }
        String id = event.getId().startsWith(OBSERVATION) ? "moved-" + event.getId() : event.getId();
        return new DeploymentEvent(event.getRealm(), id, event.getAt(), body);
    }

    /** @throws CommandException if somebody else wrote in between: then versions are wrong */
    void finish() throws ExecutionException, InterruptedException {
        producer.flush();
        for (int i = 0; i < sent.size(); i++) {
            if (sent.get(i).get().offset() != expected.get(i)) {
                throw new CommandException("somebody else published meanwhile: event " + (i + 1) + " is at "
                        + sent.get(i).get() + ", not at " + expected.get(i) + "; make the topics anew and try again");
            }
        }
    }

    /** The broker's time counts again, also after a failure. */
    @Override
    public void close() throws ExecutionException {
        try (admin;
                producer) {
            stampBy(admin, "LogAppendTime");
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private static void stampBy(Admin admin, String clock) throws ExecutionException, InterruptedException {
        var op = new AlterConfigOp(
                new ConfigEntry(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, clock), AlterConfigOp.OpType.SET);
        admin.incrementalAlterConfigs(Map.of(RESOURCE, List.of(op))).all().get();
    }
}
