package io.xylem.routing.stream;

import io.xylem.routing.domain.RealmFeeds;
import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.Tick;
import io.xylem.schemas.avro.WorkerStatus;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The realms of one partition. Allocations and statuses meet in one processor because they share what it remembers of
 * the workers; what is to be said about them is {@link RealmFeeds}' affair.
 */
final class RoutingProcessor extends ContextualProcessor<String, @Nullable Object, String, @Nullable Object> {
    /** A commit lies between two sweeps, however it is set. */
    private static final long SWEEP_MS_MIN = 1_000;

    private final Serde<Allocation> serde;
    private final RoutingCounters counters;
    private final WorkerBoard board;
    private final Beat beat;
    private final Predicate<String> goesByLoad;
    private @Nullable NavigableMap<String, RealmFeeds> realms;
    private long sweepMs = SWEEP_MS_MIN;
    private long sweptAtMs = Long.MIN_VALUE;

    RoutingProcessor(
            Serde<Allocation> serde,
            RoutingCounters counters,
            WorkerBoard board,
            Beat beat,
            Predicate<String> goesByLoad) {
        this.serde = serde;
        this.counters = counters;
        this.board = board;
        this.beat = beat;
        this.goesByLoad = goesByLoad;
    }

    @Override
    public void init(ProcessorContext<String, @Nullable Object> context) {
        super.init(context);
        Object commitMs = context.appConfigs().get(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG);
        sweepMs = Math.max(SWEEP_MS_MIN, commitMs == null ? 0 : 2 * Long.parseLong(commitMs.toString()));
        context.schedule(beat.tick(), PunctuationType.WALL_CLOCK_TIME, this::beat);
    }

    @Override
    public void process(Record<String, @Nullable Object> record) {
        if (context().recordMetadata().orElseThrow().topic().equals(Topics.ALLOCATIONS.name())) {
            allocation(record.key(), record.withValue((Allocation) record.value()));
        } else if (record.value() instanceof WorkerStatus status) {
            status(record.withValue(status));
        }
        // A worker that takes back what it said: nothing follows from that.
    }

    private void allocation(String key, Record<String, @Nullable Allocation> record) {
        AllocationRecords.InRealm read = AllocationRecords.read(record);
        counters.allocation(
                read.change().version() >= realm(read.realm()).view().version());
        outbox(Keys.realmOf(key), record.timestamp())
                .send(realm(read.realm()).allocated(read.change(), record.timestamp(), Headers.more(record.headers())));
    }

    private void status(Record<String, WorkerStatus> record) {
        String realm = record.value().getRealm();
        if (!Keys.realmOf(record.key()).equals(realm)) {
            throw new MalformedRecordException(
                    "not a worker's status: key " + record.key() + " is not of the realm of " + record.value());
        }
        if (record.value().getBody() instanceof Tick) {
            realms().forEach((name, feeds) -> outbox(name, record.timestamp()).send(feeds.tick(record.timestamp())));
            sweep(context().currentSystemTimeMs());
            return;
        }
        long offset = context().recordMetadata().orElseThrow().offset();
        new StatusHandler(realm(realm), outbox(realm, record.timestamp()), counters).handle(record, offset);
    }

    /** Twice a second by the wall clock: that time passed is said in the log, where it means something. */
    private void beat(long nowMs) {
        if (realms().isEmpty()) {
            return;
        }
        String realm = realms().firstKey();
        context()
                .forward(
                        new Record<>(Keys.tick(realm), new WorkerStatus(realm, "", nowMs, new Tick()), nowMs),
                        RoutingTopology.TICKS);
        realms().forEach((name, feeds) -> board.post(name, feeds.workers()));
    }

    /** With a tick, because it comes after all that was read again: Streams takes the older record of the two logs first. */
    private void sweep(long nowMs) {
        if (nowMs - sweepMs >= sweptAtMs) {
            sweptAtMs = nowMs;
            realms().values().forEach(RealmFeeds::sweep);
        }
    }

    private Outbox outbox(String realm, long timestamp) {
        return new Outbox(context(), realm, timestamp, counters);
    }

    private RealmFeeds realm(String name) {
        return realms().computeIfAbsent(name, this::open);
    }

    /** With the first record or beat, all realms that the store has are there: ticks are for all of them. */
    private NavigableMap<String, RealmFeeds> realms() {
        NavigableMap<String, RealmFeeds> known = realms;
        if (known == null) {
            known = new TreeMap<>();
            String from = null;
            while (true) {
                try (KeyValueIterator<String, byte[]> entries = store().range(from, null)) {
                    if (!entries.hasNext()) {
                        break;
                    }
                    String name = Keys.realmOf(entries.next().key);
                    known.put(name, open(name));
                    from = StoredView.afterPrefix(name + "|");
                }
            }
            realms = known;
        }
        return known;
    }

    private RealmFeeds open(String name) {
        return new RealmFeeds(
                new StoredRealm(name, store(), serde),
                new StoredFeeds(name, store(), context().getStateStore(RoutingTopology.OPEN_STORE)),
                beat.patience(),
                goesByLoad);
    }

    private KeyValueStore<String, byte[]> store() {
        return context().getStateStore(RoutingTopology.STORE);
    }

    @Override
    public void close() {
        if (realms != null) {
            realms.keySet().forEach(board::remove);
        }
    }
}
