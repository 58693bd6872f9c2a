package io.xylem.allocator.domain;

/** Answers one event from the state before it. Equal arguments give equal answers. */
public final class Decider {
    private Decider() {}

    /**
     * Leaves the state as it was.
     *
     * @param atMs the log's time of the event, milliseconds since 1970
     * @param offset of the event in the log, larger than that of every event before
     */
    public static Decision decide(RealmStore state, Event event, long atMs, long offset) {
        Draft draft = new Draft(state);
        Decision decision = decide(draft, event, atMs, offset);
        draft.undo();
        return decision;
    }

    /** Leaves the facts of an accepted event in the draft and its state, and nothing of a rejected one. */
    static Decision decide(Draft draft, Event event, long atMs, long offset) {
        Lookup lookup = new Lookup(draft);
        AddressBook addresses = new AddressBook(draft, atMs, offset);
        InstanceDecisions instances = new InstanceDecisions(draft, lookup, addresses, atMs, offset);
        WorkerDecisions workers = new WorkerDecisions(draft, lookup, addresses, instances);
        ServiceDecisions services = new ServiceDecisions(draft, lookup, addresses);
        try {
            Details details = switch (event) {
                case Event.WorkerJoined joined -> workers.joined(joined);
                case Event.WorkerMoved moved -> workers.moved(moved);
                case Event.WorkerLeft left -> workers.left(left);
                case Event.WorkerLost lost -> workers.lost(lost);
                case Event.WorkerBack back -> workers.back(back);
                case Event.ServiceRegistered registered -> services.registered(registered);
                case Event.ServiceRemoved removed -> services.removed(removed);
                case Event.InstanceScheduled scheduled -> instances.scheduled(scheduled);
                case Event.InstanceReady ready -> instances.ready(ready);
                case Event.InstanceUnready unready -> instances.unready(unready);
                case Event.InstanceMigrated migrated -> instances.migrated(migrated);
                case Event.InstanceDraining draining -> instances.draining(draining);
                case Event.InstanceRemoved removed -> instances.removed(removed);
                case Event.WithdrawalConfirmed confirmed -> instances.withdrawalConfirmed(confirmed);
                case Event.RealmConfigured configured -> new SettingsDecisions(draft, atMs).configured(configured);
                case Event.Malformed malformed ->
                    throw new Refused(
                            malformed.rejection().code(), malformed.rejection().message());
            };
            return new Decision.Accepted(draft.facts(), details);
        } catch (Refused refused) {
            draft.undo();
            return new Decision.Rejected(refused.rejection());
        }
    }
}
