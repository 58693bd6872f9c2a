package io.xylem.allocator.stream;

import io.xylem.allocator.domain.AddressPlan;
import io.xylem.allocator.domain.Allocator;
import io.xylem.allocator.domain.Names;
import io.xylem.allocator.domain.Outcome;
import io.xylem.allocator.domain.Plans;
import io.xylem.allocator.domain.RealmStore;
import io.xylem.allocator.domain.Rejection;
import io.xylem.allocator.domain.State;
import io.xylem.schemas.Headers;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.StateHash;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Read the event → let the domain handle it → write what changed, then the outcome. One task, one thread. */
final class AllocateProcessor implements Processor<String, DeploymentEvent, String, SpecificRecord> {
    /** The one header that travels on: W3C trace context. */
    private static final String TRACE_PARENT = "traceparent";

    private final Plans plans;
    private final int partitions;
    private final int hashIntervalEvents;
    private final AllocatorMeters meters;
    /** Whose meters are set. */
    private final Set<String> realms = new HashSet<>();

    private @Nullable ProcessorContext<String, SpecificRecord> context;
    private @Nullable RealmStateStore states;
    private @Nullable KeyValueStore<String, byte[]> counts;

    /**
     * @param plan of a realm that has set nothing
     * @param partitions of every topic
     * @param hashIntervalEvents of a realm
     */
    AllocateProcessor(AddressPlan plan, int partitions, int hashIntervalEvents, AllocatorMeters meters) {
        this.plans = new Plans(plan);
        this.partitions = partitions;
        this.hashIntervalEvents = hashIntervalEvents;
        this.meters = meters;
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> context) {
        this.context = context;
        this.states = context.getStateStore(AllocatorTopology.STORE);
        this.counts = context.getStateStore(AllocatorTopology.COUNTS_STORE);
    }

    @Override
    public void process(Record<String, DeploymentEvent> record) {
        if (context == null || states == null || counts == null) {
            throw new IllegalStateException("the processor was not initialised");
        }
        RecordMetadata origin = context.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("an event came from nowhere: it has no offset"));
        DeploymentEvent event = record.value();
        String realm = event.getRealm();
        Optional<Rejection> misplaced = misplaced(record.key(), realm, origin.partition());
        if (misplaced.isPresent()) {
            // Not even its id is remembered: the state of that realm lives elsewhere.
            forwardOutcome(
                    record,
                    new Outcome(
                            realm,
                            event.getId(),
                            origin.offset(),
                            EventReader.type(event),
                            new Outcome.Rejected(misplaced.get())));
            return;
        }
        RealmStore state = states.realm(realm, counts, plans);
        Allocator.Handled handled =
                Allocator.handle(state, event.getId(), EventReader.read(event), record.timestamp(), origin.offset());
        Iterator<RecordWriter.Change> changes =
                RecordWriter.changes(realm, origin.offset(), handled.facts()).iterator();
        while (changes.hasNext()) {
            RecordWriter.Change change = changes.next();
            RecordHeaders headers = headers(record);
            Headers.setVersion(headers, origin.offset());
            if (changes.hasNext()) {
                Headers.setMore(headers);
            }
            forwardAllocation(record, change, headers);
        }
        forwardOutcome(record, handled.outcome());
        Map<String, Long> held =
                realms.add(realm) ? Allocator.held(state) : Allocator.heldAfter(state, handled.facts());
        held.forEach((pool, slots) -> meters.held(realm, pool, slots));
        State.Tally tally = handled.tally();
        if (tally != null && tally.events() % hashIntervalEvents == 0) {
            forwardHash(
                    record,
                    new StateHash(
                            realm, origin.offset(), tally.events(), tally.hash().toString()));
        }
    }

    /** A realm has one partition, which its name tells; in any other its addresses would be given out a second time. */
    private Optional<Rejection> misplaced(@Nullable String key, String realm, int partition) {
        // Its name and its partition were looked at with its first event.
        if (realms.contains(realm) && realm.equals(key)) {
            return Optional.empty();
        }
        Optional<Rejection> invalid = Names.refusal("realm", realm);
        if (invalid.isPresent()) {
            return invalid;
        }
        if (!realm.equals(key)) {
            return Optional.of(new Rejection(
                    Rejection.Code.MALFORMED_EVENT,
                    "the event is of realm '" + realm + "' and its record has the key '" + key
                            + "'; allowed: the realm as the key"));
        }
        int expected = RealmPartitioner.partition(realm, partitions);
        if (partition != expected) {
            return Optional.of(new Rejection(
                    Rejection.Code.MALFORMED_EVENT,
                    "events of realm '" + realm + "' belong in partition " + expected + " of " + partitions
                            + ", not in " + partition + "; allowed: Kafka's default partitioner (murmur2 of the key)"));
        }
        return Optional.empty();
    }

    // A null value is a tombstone; the compiler's null checks do not know that Record allows it.
    @SuppressWarnings("NullAway")
    private void forwardAllocation(
            Record<String, DeploymentEvent> cause, RecordWriter.Change change, RecordHeaders headers) {
        context.forward(
                new Record<String, SpecificRecord>(change.key(), change.allocation(), cause.timestamp(), headers),
                AllocatorTopology.ALLOCATIONS_SINK);
    }

    @SuppressWarnings("NullAway") // checked in process
    private void forwardOutcome(Record<String, DeploymentEvent> cause, Outcome outcome) {
        meters.outcome(outcome);
        context.forward(
                new Record<String, SpecificRecord>(
                        outcome.id(), RecordWriter.outcome(outcome), cause.timestamp(), headers(cause)),
                AllocatorTopology.OUTCOMES_SINK);
    }

    @SuppressWarnings("NullAway") // checked in process
    private void forwardHash(Record<String, DeploymentEvent> cause, StateHash hash) {
        context.forward(
                new Record<String, SpecificRecord>(hash.getRealm(), hash, cause.timestamp(), headers(cause)),
                AllocatorTopology.STATE_HASHES_SINK);
    }

    private static RecordHeaders headers(Record<String, DeploymentEvent> cause) {
        RecordHeaders headers = new RecordHeaders();
        Header trace = cause.headers().lastHeader(TRACE_PARENT);
        if (trace != null) {
            headers.add(trace);
        }
        return headers;
    }
}
