package io.xylem.audit;

import io.xylem.audit.PartitionCheck.Positions;
import io.xylem.balancing.Policies;
import io.xylem.schemas.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** The questions that can be asked of a cluster's topics. Reads them as any consumer may, and changes nothing. */
public final class Audit {
    private final ClusterLog log;
    private final RealmFilter realms;
    private final PlanSettings settings;

    /**
     * @param client settings of a consumer and of the value serdes
     * @param policies that the allocator knows
     */
    public Audit(Map<String, Object> client, RealmFilter realms, Policies policies) {
        this.settings = PlanSettings.defaults(policies);
        this.log = new ClusterLog(client);
        this.realms = realms;
    }

    /**
     * Derives everything from the log and compares it with all that the allocator wrote, up to the ends of now.
     *
     * @param cache where the state of a clean run is kept for the next to go on from; null: all of the log is replayed
     */
    public Report verify(@Nullable Path cache) throws IOException {
        int count = log.partitionCount();
        Snapshots snapshots = snapshots(cache);
        List<Report.OfPartition> partitions = new ArrayList<>();
        List<Difference> differences = new ArrayList<>();
        long found = 0;
        int[] live = new int[4];
        for (int partition : log.partitions(realms)) {
            World world = new World(settings, count);
            Findings findings = new Findings(partition);
            partitions.add(verify(partition, world, findings, snapshots));
            differences.addAll(findings.inOrder());
            found += findings.count();
            count(world, live);
        }
        return new Report(partitions, differences, found, new Report.Live(live[0], live[1], live[2], live[3]));
    }

    private Report.OfPartition verify(int partition, World world, Findings findings, @Nullable Snapshots snapshots)
            throws IOException {
        // The events' end is asked for last, so that nothing which was written then can have come from a later event.
        List<ClusterLog.Bounds> bounds = log.bounds(
                partition, List.of(Topics.STATE_HASHES, Topics.OUTCOMES, Topics.ALLOCATIONS, Topics.DEPLOYMENT_EVENTS));
        ClusterLog.Bounds hashes = bounds.get(0);
        ClusterLog.Bounds outcomes = bounds.get(1);
        ClusterLog.Bounds allocations = bounds.get(2);
        ClusterLog.Bounds events = bounds.get(3);
        Positions ends = new Positions(events.end(), outcomes.end(), allocations.end(), hashes.end());
        Positions start = snapshots == null ? Positions.START : snapshots.load(partition, world, ends, Moment.NOW);
        requireEvents(partition, events, start.events());
        PartitionCheck check = new PartitionCheck(world, realms, findings);
        Report.OfPartition report;
        try (var eventReader = log.events(partition, start.events(), events.end());
                var outcomeReader =
                        log.outcomes(partition, Math.max(start.outcomes(), outcomes.begin()), outcomes.end());
                var allocationReader = log.allocations(
                        partition, Math.max(start.allocations(), allocations.begin()), allocations.end());
                var hashReader = log.hashes(partition, Math.max(start.hashes(), hashes.begin()), hashes.end())) {
            report = check.run(
                    partition,
                    new PartitionCheck.Input(
                            start,
                            eventReader,
                            outcomeReader,
                            outcomes.begin() > start.outcomes(),
                            allocationReader,
                            hashReader,
                            events.end() - 1));
        }
        if (snapshots != null && findings.count() == 0 && report.pending() == 0) {
            snapshots.save(partition, world, check.end(), report.events());
        }
        return report;
    }

    private static void count(World world, int[] live) {
        for (RealmModel realm : world.realms().values()) {
            live[0]++;
            live[1] += realm.workers.size();
            live[2] += realm.services.size();
            live[3] += realm.instances;
        }
    }

    private @Nullable Snapshots snapshots(@Nullable Path cache) {
        return cache == null ? null : new Snapshots(cache, log.identity(), settings, realms);
    }

    /** Every change that the events made, in their order. */
    public interface ChangeListener {
        void changed(LoggedEvent event, Change change);
    }

    /**
     * @param entities everything that has addresses, in the order of the keys
     * @param resting service IPs, instance IPs and worker subnets, longest first; namespace IPs are their worker's affair
     * @param settings of each realm, by its name
     * @param snapshot offset before which all was taken from the snapshot of a verification; 0: there was none
     */
    public record State(
            List<Entity> entities, List<Resting> resting, Map<String, Map<String, String>> settings, long snapshot) {}

    /** Derives all changes from the log, from its start up to and including {@code until}. */
    public void replay(Moment until, ChangeListener changes) throws IOException {
        var _ = replay(until, null, changes);
    }

    /**
     * Derives the state after {@code until} from the log.
     *
     * @param cache where {@link #verify} keeps what it found clean; null: all of the log is replayed
     */
    public State state(Moment until, @Nullable Path cache) throws IOException {
        return replay(until, snapshots(cache), (_, _) -> {});
    }

    private State replay(Moment until, @Nullable Snapshots snapshots, ChangeListener changes) throws IOException {
        int count = log.partitionCount();
        List<Entity> entities = new ArrayList<>();
        List<Resting> resting = new ArrayList<>();
        Map<String, Map<String, String>> realmSettings = new TreeMap<>();
        long snapshot = 0;
        for (int partition : log.partitions(realms)) {
            World world = new World(settings, count);
            ClusterLog.Bounds bounds =
                    log.bounds(partition, List.of(Topics.DEPLOYMENT_EVENTS)).getFirst();
            Positions ends = new Positions(bounds.end(), Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
            long start = snapshots == null
                    ? 0
                    : snapshots.load(partition, world, ends, until).events();
            requireEvents(partition, bounds, start);
            try (var events = log.events(partition, start, bounds.end())) {
                while (events.hasNext()) {
                    LoggedEvent logged = events.next();
                    if (until.isBefore(logged)) {
                        break;
                    }
                    if (logged.event() != null && realms.accepts(logged.event().getRealm())) {
                        World.Step step = world.handle(logged, logged.event());
                        step.changes().forEach(change -> changes.changed(logged, change));
                    }
                }
            }
            for (RealmModel realm : world.realms().values()) {
                entities.addAll(realm.entities());
                resting.addAll(realm.plan.resting());
                realmSettings.put(realm.name, realm.plan.settings().texts());
            }
            snapshot = Math.max(snapshot, start);
        }
        entities.sort(Comparator.comparing(Entity::key));
        return new State(entities, resting, realmSettings, snapshot);
    }

    private static void requireEvents(int partition, ClusterLog.Bounds events, long start) {
        if (events.begin() > start) {
            throw new KafkaException("the events of partition " + partition + " before offset " + events.begin()
                    + " are deleted: without them nothing can be derived");
        }
    }
}
