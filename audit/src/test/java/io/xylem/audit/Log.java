package io.xylem.audit;

import io.xylem.allocator.domain.RealmSettings;
import io.xylem.allocator.domain.State;
import io.xylem.allocator.stream.RealAllocator;
import io.xylem.balancing.BalancingPolicy;
import io.xylem.balancing.InstanceChooser;
import io.xylem.balancing.Policies;
import io.xylem.balancing.RoundRobin;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import io.xylem.schemas.avro.AddressRequest;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.InstanceRemoved;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.ServiceRegistered;
import io.xylem.schemas.avro.ServiceRemoved;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WorkerJoined;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Topics of one partition in memory, filled by the real allocator, which a test may then tamper with. */
final class Log {
    private static final int HASH_INTERVAL_EVENTS = 100;
    static final String S = "A.prod.S.prod";
    static final String NAME = "this log";
    private static final BalancingPolicy CLOSEST = new BalancingPolicy() {
        @Override
        public String ipType() {
            return "closest";
        }

        @Override
        public String descriptorField() {
            return "closest_ip";
        }

        @Override
        public Ipv6Prefix v6Prefix() {
            return Ipv6Prefix.parse("fdff:1000::/21");
        }

        @Override
        public InstanceChooser newChooser() {
            return candidates -> 0;
        }
    };
    private static final Policies POLICIES = new Policies(List.of(new RoundRobin(), CLOSEST));

    final List<LoggedEvent> events = new ArrayList<>();
    final List<Records.OfOutcome> outcomes = new ArrayList<>();
    final List<Records.OfAllocation> allocations = new ArrayList<>();
    final List<Records.OfHash> hashes = new ArrayList<>();
    private final RealAllocator allocator;
    private final PlanSettings settings;
    long nowMs = 1_700_000_000_000L;

    private Log(RealAllocator allocator, PlanSettings settings) {
        this.allocator = allocator;
        this.settings = settings;
    }

    static Log ofDefaults() {
        return new Log(new RealAllocator(RealmSettings.defaults(POLICIES)), PlanSettings.defaults(POLICIES));
    }

    /** Pools that run dry: 4 workers of 6 hosts, 14 semantic addresses. */
    static Log ofSmallPools() {
        RealmSettings theirs = RealmSettings.defaults(POLICIES);
        return new Log(
                new RealAllocator(new RealmSettings(
                        List.of(Ipv4Prefix.parse("10.18.0.0/27")),
                        29,
                        theirs.workerV6(),
                        120,
                        List.of(Ipv4Prefix.parse("10.30.0.0/28")),
                        theirs.instanceV6(),
                        theirs.serviceV6(),
                        theirs.restConfirmedMs(),
                        theirs.restMs(),
                        theirs.eventMemoryMs())),
                PlanSettings.defaults(POLICIES)
                        .with(Map.of(
                                "worker.v4", "10.18.0.0/27", "worker.v4.length", "29", "service.v4", "10.30.0.0/28")));
    }

    Outcome send(Object body) {
        return send("main", "event-" + events.size(), body);
    }

    Outcome send(String realm, String id, Object body) {
        nowMs++;
        long offset = events.size();
        DeploymentEvent event = DeploymentEvent.newBuilder()
                .setRealm(realm)
                .setId(id)
                .setAt(0)
                .setBody(body)
                .build();
        events.add(new LoggedEvent(0, offset, nowMs, realm, event));
        Outcome outcome =
                allocator.handle(event, nowMs, offset, (key, allocation) -> allocate(key, offset, allocation));
        answer(outcome);
        State.Tally tally = allocator.tally();
        if (tally != null && tally.events() % HASH_INTERVAL_EVENTS == 0) {
            hashes.add(new Records.OfHash(
                    hashes.size(), realm, offset, tally.events(), tally.hash().toString()));
        }
        return outcome;
    }

    void answer(Outcome outcome) {
        outcomes.add(new Records.OfOutcome(outcomes.size(), nowMs, outcome));
    }

    void allocate(String key, long version, @Nullable Allocation allocation) {
        allocations.add(new Records.OfAllocation(allocations.size(), key, version, allocation, true));
    }

    /** As a cleaner would: only the last record of each key stays. */
    void compact() {
        List<Records.OfAllocation> kept = new ArrayList<>();
        List<String> keys = new ArrayList<>();
        for (Records.OfAllocation record : allocations.reversed()) {
            if (!keys.contains(record.key())) {
                keys.add(record.key());
                kept.add(record);
            }
        }
        Collections.reverse(kept);
        allocations.clear();
        allocations.addAll(kept);
    }

    Findings verify() {
        Findings findings = new Findings(0);
        run(findings, RealmFilter.ALL);
        return findings;
    }

    Report.OfPartition run(Findings findings, RealmFilter realms) {
        return run(findings, realms, false);
    }

    Report.OfPartition run(Findings findings, RealmFilter realms, boolean areOutcomesTruncated) {
        PartitionCheck check = new PartitionCheck(new World(settings, 1), realms, findings);
        PartitionCheck.Input input = new PartitionCheck.Input(
                PartitionCheck.Positions.START,
                events.iterator(),
                outcomes.iterator(),
                areOutcomesTruncated,
                allocations.iterator(),
                hashes.iterator(),
                events.size() - 1);
        return check.run(0, input);
    }

    /** Verifies up to {@code offset}, goes by a snapshot, and verifies the rest. */
    Report.OfPartition runInTwo(Path directory, int offset, Findings findings) throws IOException {
        Snapshots snapshots = new Snapshots(directory, NAME, settings, RealmFilter.ALL);
        World first = new World(settings, 1);
        PartitionCheck check = new PartitionCheck(first, RealmFilter.ALL, findings);
        var _ = check.run(0, input(PartitionCheck.Positions.START, offset));
        snapshots.write(0, first, check.end());
        World second = new World(settings, 1);
        PartitionCheck.Positions all =
                new PartitionCheck.Positions(events.size(), outcomes.size(), allocations.size(), hashes.size());
        PartitionCheck.Positions start = snapshots.load(0, second, all, Moment.NOW);
        return new PartitionCheck(second, RealmFilter.ALL, findings).run(0, input(start, events.size()));
    }

    /** What lies between two places; no cleaner has been there. */
    private PartitionCheck.Input input(PartitionCheck.Positions start, int end) {
        return new PartitionCheck.Input(
                start,
                events.subList((int) start.events(), end).iterator(),
                outcomes.subList((int) start.outcomes(), end).iterator(),
                false,
                allocations.stream()
                        .skip(start.allocations())
                        .filter(record -> record.version() != null && record.version() < end)
                        .iterator(),
                hashes.stream()
                        .skip(start.hashes())
                        .filter(record -> record.offset() < end)
                        .iterator(),
                end - 1);
    }

    PlanSettings settings() {
        return settings;
    }

    static Object joined(String worker) {
        return new WorkerJoined(worker, "c1", new UnderlayEndpoint("192.168.77.1", 50103), null, null);
    }

    static Object registered(String service, AddressRequest... requests) {
        return new ServiceRegistered(service, List.of(requests));
    }

    static Object removed(String service) {
        return new ServiceRemoved(service);
    }

    static Object scheduled(String service, int number, String worker) {
        return new InstanceScheduled(service, number, worker, 1);
    }

    static Object removed(String service, int number) {
        return new InstanceRemoved(service, number);
    }
}
