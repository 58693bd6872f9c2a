package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Rejection.Code.CONFLICTING_REDEFINITION;
import static io.xylem.allocator.domain.Rejection.Code.WORKER_POOL_EXHAUSTED;

import io.xylem.model.DualPrefix;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Workers come with a subnet, move in the underlay, fall silent, and go. */
final class WorkerDecisions {
    private final Draft draft;
    private final Lookup lookup;
    private final AddressBook addresses;
    private final InstanceDecisions instances;

    WorkerDecisions(Draft draft, Lookup lookup, AddressBook addresses, InstanceDecisions instances) {
        this.draft = draft;
        this.lookup = lookup;
        this.addresses = addresses;
        this.instances = instances;
    }

    /**
     * A worker that is joined already changes nothing by joining again, and is refused with other content, the underlay
     * included: that is how two machines with one name are noticed. A machine that moved says {@code WorkerMoved}.
     */
    Details joined(Event.WorkerJoined event) {
        Names.check("worker", event.worker());
        Names.check("cluster", event.cluster());
        State.Worker known = draft.table(Tables.WORKERS).get(event.worker());
        if (known != null) {
            State.Worker asked = worker(event, known.subnet());
            if (!asked.withLost(known.lost()).equals(known)) {
                throw new Refused(
                        CONFLICTING_REDEFINITION,
                        "worker '" + known.name() + "' has joined as " + describe(known) + ", not as "
                                + describe(asked) + "; allowed: WorkerMoved for another underlay, WorkerLeft before"
                                + " joining with anything else changed");
            }
            return new Details.OfWorker(known.name(), known.subnet());
        }
        Slot index = addresses.allocate(
                AddressPlan.SUBNETS,
                Owner.worker(event.worker()),
                WORKER_POOL_EXHAUSTED,
                () -> "worker '" + event.worker() + "'");
        DualPrefix subnet = draft.plan().subnet(index);
        draft.add(new Fact.WorkerAdmitted(worker(event, subnet)));
        return new Details.OfWorker(event.worker(), subnet);
    }

    Details moved(Event.WorkerMoved event) {
        return update(
                lookup.worker(event.worker()), lookup.worker(event.worker()).withUnderlay(event.underlay()));
    }

    Details lost(Event.WorkerLost event) {
        State.Worker worker = lookup.worker(event.worker());
        return update(worker, worker.withLost(true));
    }

    Details back(Event.WorkerBack event) {
        State.Worker worker = lookup.worker(event.worker());
        return update(worker, worker.withLost(false));
    }

    /** Its instances go with it. The subnet rests as a whole, and the namespace IPs in it. */
    Details left(Event.WorkerLeft event) {
        State.Worker worker = lookup.worker(event.worker());
        String pool = AddressPlan.namespacePool(worker.name());
        List<Map.Entry<String, State.Holding>> hosts =
                draft.table(Tables.HOLDINGS).list(Tables.inPool(pool), Integer.MAX_VALUE / 2);
        for (Map.Entry<String, State.Holding> host : hosts) {
            if (host.getValue().rest() == null) {
                instances.remove(lookup.instance(host.getValue().owner().instance()));
            }
        }
        draft.add(new Fact.WorkerDismissed(worker.name()));
        addresses.release(AddressPlan.SUBNETS, draft.plan().index(worker.subnet()));
        return new Details.OfWorker(worker.name(), null);
    }

    private Details update(State.Worker before, State.Worker after) {
        if (!after.equals(before)) {
            draft.add(new Fact.WorkerUpdated(after));
        }
        return new Details.OfWorker(after.name(), null);
    }

    private static State.Worker worker(Event.WorkerJoined event, DualPrefix subnet) {
        return new State.Worker(
                event.worker(), event.cluster(), event.underlay(), event.zone(), event.location(), subnet, false);
    }

    private static String describe(State.Worker worker) {
        return "cluster " + worker.cluster() + ", underlay " + worker.underlay() + ", zone "
                + Objects.requireNonNullElse(worker.zone(), "-") + ", location "
                + (worker.location() == null
                        ? "-"
                        : worker.location().latitude() + "/" + worker.location().longitude());
    }
}
