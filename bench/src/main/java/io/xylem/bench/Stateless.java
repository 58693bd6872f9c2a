package io.xylem.bench;

import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.AddressPair;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.InstanceAllocation;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.Ipv6Bits;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import io.xylem.schemas.avro.Readiness;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * What the allocator's records alone cost: each event is read, and answered by an outcome and an allocation like the
 * allocator's, through the same serdes. Nothing is decided and nothing kept, so no allocator that writes both is faster.
 * Arguments: as {@link PassThrough#run}.
 */
final class Stateless {
    private static final String SOURCE = "events";
    private static final String ANSWER = "answer";
    private static final String ALLOCATIONS = "allocations";
    private static final String OUTCOMES = "outcomes";

    private Stateless() {}

    public static void main(String[] args) throws InterruptedException {
        Log.register();
        // As the allocator's: StreamsSettings.
        PassThrough.run(
                topology(),
                args,
                Map.of(
                        StreamsConfig.producerPrefix("linger.ms"),
                        100,
                        StreamsConfig.producerPrefix("batch.size"),
                        1 << 18));
    }

    private static Topology topology() {
        Map<String, Object> serdes = Map.of("schema.registry.url", Log.REGISTRY);
        Serde<DeploymentEvent> events = Topics.DEPLOYMENT_EVENTS.valueSerde(serdes);
        Serde<Allocation> allocations = Topics.ALLOCATIONS.valueSerde(serdes);
        Serde<Outcome> outcomes = Topics.OUTCOMES.valueSerde(serdes);
        StreamPartitioner<String, Allocation> byKey =
                (_, key, _, count) -> Optional.of(Set.of(RealmPartitioner.partition(Keys.realmOf(key), count)));
        StreamPartitioner<String, Outcome> byValue =
                (_, _, value, count) -> Optional.of(Set.of(RealmPartitioner.partition(value.getRealm(), count)));
        Topology topology = new Topology();
        topology.addSource(
                SOURCE, Serdes.String().deserializer(), events.deserializer(), Topics.DEPLOYMENT_EVENTS.name());
        topology.addProcessor(ANSWER, Answer::new, SOURCE);
        topology.addSink(
                ALLOCATIONS,
                Topics.ALLOCATIONS.name(),
                Serdes.String().serializer(),
                allocations.serializer(),
                byKey,
                ANSWER);
        topology.addSink(
                OUTCOMES, Topics.OUTCOMES.name(), Serdes.String().serializer(), outcomes.serializer(), byValue, ANSWER);
        return topology;
    }

    private static final class Answer extends ContextualProcessor<String, DeploymentEvent, String, SpecificRecord> {
        private static final AddressPair INSTANCE_IP = new AddressPair(0x0a1e64c8, new Ipv6Bits(new byte[16]));
        private static final AddressPair NAMESPACE_IP = new AddressPair(0x0a126414, new Ipv6Bits(new byte[16]));

        @Override
        public void process(Record<String, DeploymentEvent> record) {
            DeploymentEvent event = record.value();
            long offset = context().recordMetadata().orElseThrow().offset();
            Outcome.Builder outcome = Outcome.newBuilder()
                    .setRealm(event.getRealm())
                    .setId(event.getId())
                    .setOffset(offset)
                    .setType("InstanceScheduled")
                    .setStatus(OutcomeStatus.ACCEPTED)
                    .setUnchanged(false);
            if (event.getBody() instanceof InstanceScheduled scheduled) {
                outcome.setService(scheduled.getService())
                        .setInstance(scheduled.getInstance())
                        .setWorker(scheduled.getWorker())
                        .setInstanceIp(INSTANCE_IP)
                        .setNamespaceIp(NAMESPACE_IP);
                Allocation allocation = new Allocation(
                        event.getRealm(),
                        offset,
                        new InstanceAllocation(
                                scheduled.getService(),
                                scheduled.getInstance(),
                                scheduled.getWorker(),
                                INSTANCE_IP,
                                NAMESPACE_IP,
                                Readiness.SCHEDULED,
                                1));
                RecordHeaders headers = new RecordHeaders();
                Headers.setVersion(headers, offset);
                String key = Keys.instance(event.getRealm(), scheduled.getService(), scheduled.getInstance());
                context().forward(new Record<>(key, allocation, record.timestamp(), headers), ALLOCATIONS);
            }
            context()
                    .forward(
                            new Record<>(event.getId(), outcome.build(), record.timestamp(), new RecordHeaders()),
                            OUTCOMES);
        }
    }
}
