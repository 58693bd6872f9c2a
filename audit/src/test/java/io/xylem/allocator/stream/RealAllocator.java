package io.xylem.allocator.stream;

import io.xylem.allocator.domain.AddressPlan;
import io.xylem.allocator.domain.Allocator;
import io.xylem.allocator.domain.InMemoryRealmStore;
import io.xylem.allocator.domain.RealmSettings;
import io.xylem.allocator.domain.RealmStore;
import io.xylem.allocator.domain.State;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The allocator's own reading, deciding and writing without Kafka, for the audit's tests. Stands here to see them. */
public final class RealAllocator {
    private final AddressPlan plan;
    private final Map<String, RealmStore> realms = new HashMap<>();

    public RealAllocator(RealmSettings settings) {
        plan = new AddressPlan(settings);
    }

    /** Count and hash of the realm after an event; null if the event was not counted. */
    private State.@Nullable Tally tally;

    /** @param allocations gets key and record, null for what is taken back */
    public Outcome handle(
            DeploymentEvent event, long atMs, long offset, BiConsumer<String, @Nullable Allocation> allocations) {
        RealmStore store = realms.computeIfAbsent(event.getRealm(), realm -> new InMemoryRealmStore(realm, plan));
        Allocator.Handled handled = Allocator.handle(store, event.getId(), EventReader.read(event), atMs, offset);
        List<RecordWriter.Change> changes = RecordWriter.changes(event.getRealm(), offset, handled.facts());
        tally = handled.tally();
        changes.forEach(change -> allocations.accept(change.key(), change.allocation()));
        return RecordWriter.outcome(handled.outcome());
    }

    /** What the event before would have published with an interval of one event. */
    public State.@Nullable Tally tally() {
        return tally;
    }
}
