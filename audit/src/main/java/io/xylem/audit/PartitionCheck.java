package io.xylem.audit;

import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.DeploymentEvent;
import java.util.Iterator;

/**
 * One partition of everything, event by event: derive, then compare the outcome, the allocations and the hash that the
 * event caused. Stops at the first event that has no outcome yet.
 */
final class PartitionCheck {
    /** Offsets behind what was compared, in each topic. */
    record Positions(long events, long outcomes, long allocations, long hashes) {
        static final Positions START = new Positions(0, 0, 0, 0);
    }

    /** What lies in the topics from {@code start} on. */
    record Input(
            Positions start,
            Iterator<LoggedEvent> events,
            Iterator<Records.OfOutcome> outcomes,
            boolean areOutcomesTruncated,
            Iterator<Records.OfAllocation> allocations,
            Iterator<Records.OfHash> hashes,
            long lastOffset) {}

    private final World world;
    private final RealmFilter realms;
    private final Findings findings;
    private long events;
    private long accepted;
    private long repeated;
    private long unreadable;
    private long pending;
    /** Of the last event that was compared. */
    private long offset = -1;

    private Positions end = Positions.START;

    PartitionCheck(World world, RealmFilter realms, Findings findings) {
        this.world = world;
        this.realms = realms;
        this.findings = findings;
    }

    Report.OfPartition run(int partition, Input input) {
        Positions start = input.start();
        offset = start.events() - 1;
        Iterator<LoggedEvent> log = input.events();
        OutcomeCheck outcomes =
                new OutcomeCheck(new Feed<>(input.outcomes()), input.areOutcomesTruncated(), realms, findings);
        AllocationCheck allocations =
                new AllocationCheck(new Feed<>(input.allocations()), input.lastOffset(), realms, findings);
        HashCheck hashes = new HashCheck(new Feed<>(input.hashes()), realms, findings);
        for (RealmModel realm : world.realms().values()) {
            allocations.resume(realm);
            hashes.resume(realm);
        }
        while (log.hasNext()) {
            LoggedEvent logged = log.next();
            DeploymentEvent event = logged.event();
            if (event == null) {
                unreadable++;
            } else if (!realms.accepts(event.getRealm())) {
                continue;
            } else if (pending > 0 || outcomes.isExhausted()) {
                pending++;
                continue;
            } else {
                check(logged, event, outcomes, allocations, hashes);
            }
            if (pending == 0) {
                offset = logged.offset();
            }
        }
        end = new Positions(
                offset + 1,
                Math.max(start.outcomes(), outcomes.position()),
                Math.max(start.allocations(), allocations.position()),
                Math.max(start.hashes(), hashes.position()));
        outcomes.end(Math.max(0, offset));
        allocations.end(world.realms().values(), offset);
        hashes.end(input.lastOffset());
        return new Report.OfPartition(
                partition,
                start.events(),
                offset + 1,
                events,
                accepted,
                events - accepted - repeated,
                repeated,
                unreadable,
                pending,
                outcomes.checked(),
                outcomes.unchecked(),
                allocations.checked(),
                hashes.checked());
    }

    /** Where the next run can go on. */
    Positions end() {
        return end;
    }

    private void check(
            LoggedEvent logged,
            DeploymentEvent event,
            OutcomeCheck outcomes,
            AllocationCheck allocations,
            HashCheck hashes) {
        World.Step step = world.handle(logged, event);
        events++;
        if (step.repeated()) {
            repeated++;
        } else if (step.answer().isAccepted()) {
            accepted++;
        }
        outcomes.check(event.getRealm(), event.getId(), logged, step.answer());
        allocations.check(event.getRealm(), logged.offset(), step.changes());
        hashes.check(step.realm(), logged.offset(), step.changes());
        String imbalance = step.realm() == null ? null : step.realm().imbalance();
        if (imbalance != null) {
            findings.add(
                    Difference.Kind.IMBALANCE,
                    event.getRealm(),
                    logged.offset(),
                    "realm " + event.getRealm(),
                    "what is held is what there is",
                    imbalance,
                    Topics.DEPLOYMENT_EVENTS.name());
        }
    }
}
