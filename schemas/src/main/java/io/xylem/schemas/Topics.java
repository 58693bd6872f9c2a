package io.xylem.schemas;

import static io.xylem.schemas.Topic.Cleanup.COMPACT;
import static io.xylem.schemas.Topic.Cleanup.COMPACT_AND_DELETE;
import static io.xylem.schemas.Topic.Cleanup.DELETE;

import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.Convergence;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.StateHash;
import io.xylem.schemas.avro.TunnelKeys;
import io.xylem.schemas.avro.WorkerStatus;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.TopicConfig;

/** The catalogue: every topic that Xylem reads or writes, and why it is as it is. In the order of the flow. */
public final class Topics {
    /** The broker's clock is the time; what a publisher's clock says is information only. */
    private static final Map<String, String> BROKER_TIME =
            Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");

    /** A reader folds these topics from the beginning, so they are kept small: compacted within the hour. */
    private static final Map<String, String> COMPACTED_SOON = Map.of(
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1",
            TopicConfig.SEGMENT_MS_CONFIG, Long.toString(Duration.ofHours(1).toMillis()),
            TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG,
                    Long.toString(Duration.ofHours(1).toMillis()),
            // A reader that was away for less than this still sees what was taken back.
            TopicConfig.DELETE_RETENTION_MS_CONFIG,
                    Long.toString(Duration.ofDays(7).toMillis()));

    /**
     * For a topic of a thousand partitions with little in each: a broker maps two indexes a partition, of 10 MiB unless
     * told otherwise, and the kernel may fill most of one with zeros when it is first written to. Enough for 85 MB.
     */
    private static final Map<String, String> SMALL_INDEXES =
            Map.of(TopicConfig.SEGMENT_INDEX_BYTES_CONFIG, Integer.toString(256 << 10));

    public static final Topic<DeploymentEvent> DEPLOYMENT_EVENTS = new Topic<>(
            "deployment-events",
            "realm",
            DeploymentEvent.class,
            DELETE,
            Optional.empty(),
            Optional.of(Compatibility.BACKWARD_TRANSITIVE),
            BROKER_TIME,
            "the allocator's only input: every address can be derived from it again, so nothing is ever removed;"
                    + " stamped by the broker because quarantine and audit need one clock");

    public static final Topic<Outcome> OUTCOMES = new Topic<>(
            "outcomes",
            "event id",
            Outcome.class,
            DELETE,
            Optional.of(Duration.ofDays(30)),
            Optional.of(Compatibility.BACKWARD_TRANSITIVE),
            Map.of(),
            "the answer to each event, in their order; an older one can be had by replaying the events");

    public static final Topic<Allocation> ALLOCATIONS = new Topic<>(
            "allocations",
            "realm, kind, name",
            Allocation.class,
            COMPACT,
            Optional.empty(),
            Optional.of(Compatibility.FULL_TRANSITIVE),
            COMPACTED_SOON,
            "who has which address now; only the last word on each worker, service and instance counts");

    public static final Topic<StateHash> STATE_HASHES = new Topic<>(
            "state-hashes",
            "realm",
            StateHash.class,
            DELETE,
            Optional.empty(),
            Optional.of(Compatibility.BACKWARD_TRANSITIVE),
            Map.of(),
            "what the allocator's state amounted to, every so many events: whoever replays the events can compare");

    public static final Topic<Route> ROUTES = new Topic<>(
            "routes",
            "realm, kind, name",
            Route.class,
            COMPACT,
            Optional.empty(),
            Optional.of(Compatibility.FULL_TRANSITIVE),
            COMPACTED_SOON,
            "where everything is now; a proxy reads it from the beginning to build its table");

    public static final Topic<Route> WORKER_ROUTES = new Topic<>(
            "worker-routes",
            "realm, worker, kind, name",
            Route.class,
            COMPACT,
            Optional.empty(),
            Optional.of(Compatibility.FULL_TRANSITIVE),
            both(COMPACTED_SOON, SMALL_INDEXES),
            "what each worker asked for, and its own instances; in the partition of the worker, so that a proxy reads"
                    + " a small part of the routes");

    public static final Topic<WorkerStatus> WORKER_STATUS = new Topic<>(
            "worker-status",
            "realm, kind, name",
            WorkerStatus.class,
            COMPACT_AND_DELETE,
            Optional.of(Duration.ofDays(7)),
            // Workers say new things one day: routing, the only reader, is upgraded before them.
            Optional.of(Compatibility.BACKWARD_TRANSITIVE),
            both(COMPACTED_SOON, BROKER_TIME),
            "what each worker said last; heartbeats repeat, and after a week of silence the last one means nothing;"
                    + " stamped by the broker because workers' clocks differ");

    public static final Topic<TunnelKeys> TUNNEL_KEYS = new Topic<>(
            "tunnel-keys",
            "realm, kind, name",
            TunnelKeys.class,
            COMPACT,
            Optional.empty(),
            Optional.of(Compatibility.FULL_TRANSITIVE),
            COMPACTED_SOON,
            "by which public keys workers encrypt what they send to each other, as routing believed each of its own;"
                    + " they read it from the beginning");

    public static final Topic<Convergence> CONVERGENCE = new Topic<>(
            "convergence",
            "realm, version",
            Convergence.class,
            DELETE,
            Optional.of(Duration.ofDays(7)),
            Optional.of(Compatibility.BACKWARD_TRANSITIVE),
            Map.of(),
            "since when every worker concerned has applied a change: whoever published it may wait for that");

    public static final Topic<byte[]> DEAD_LETTERS = new Topic<>(
            "dead-letters",
            "as it came",
            byte[].class,
            DELETE,
            Optional.of(Duration.ofDays(30)),
            Optional.empty(),
            Map.of(),
            "bytes that could not be read, with their origin in the headers; time enough to look and to send again");

    private static final List<Topic<?>> ALL = List.of(
            DEPLOYMENT_EVENTS,
            OUTCOMES,
            ALLOCATIONS,
            STATE_HASHES,
            ROUTES,
            WORKER_ROUTES,
            WORKER_STATUS,
            TUNNEL_KEYS,
            CONVERGENCE,
            DEAD_LETTERS);

    private Topics() {}

    /** In the order of the flow. */
    public static List<Topic<?>> all() {
        return ALL;
    }

    private static Map<String, String> both(Map<String, String> some, Map<String, String> more) {
        Map<String, String> union = new HashMap<>(some);
        union.putAll(more);
        return union;
    }
}
