package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Rejection.Code.CONFLICTING_REDEFINITION;
import static io.xylem.allocator.domain.Rejection.Code.INSTANCE_ELSEWHERE;
import static io.xylem.allocator.domain.Rejection.Code.INSTANCE_IS_DRAINING;
import static io.xylem.allocator.domain.Rejection.Code.INSTANCE_NUMBER_REUSED;
import static io.xylem.allocator.domain.Rejection.Code.MALFORMED_EVENT;
import static io.xylem.allocator.domain.Rejection.Code.POOL_EXHAUSTED;
import static io.xylem.allocator.domain.Rejection.Code.WORKER_FULL;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Instances come with an instance IP for life and a namespace IP from their worker, change their state, move, and go. */
final class InstanceDecisions {
    /** Enough to say a thousandth; a policy's sums over all instances of a realm stay far from the end of an int. */
    private static final int MAX_WEIGHT = 1_000;

    private final Draft draft;
    private final Lookup lookup;
    private final AddressBook addresses;
    private final long atMs;
    private final long offset;

    InstanceDecisions(Draft draft, Lookup lookup, AddressBook addresses, long atMs, long offset) {
        this.draft = draft;
        this.lookup = lookup;
        this.addresses = addresses;
        this.atMs = atMs;
        this.offset = offset;
    }

    /** Said again with another weight it changes the weight: there is no other event for that, and nothing else it could mean. */
    Details scheduled(Event.InstanceScheduled event) {
        InstanceName name = event.instance();
        if (event.weight() < 1 || event.weight() > MAX_WEIGHT) {
            throw new Refused(
                    MALFORMED_EVENT,
                    "instance " + name + " asks for weight " + event.weight() + "; allowed: 1 to " + MAX_WEIGHT);
        }
        lookup.service(name.service());
        State.Instance known = draft.table(Tables.INSTANCES).get(Tables.instance(name));
        if (known != null) {
            if (!known.worker().equals(event.worker())) {
                throw new Refused(
                        CONFLICTING_REDEFINITION,
                        "instance " + name + " is on worker '" + known.worker() + "', not on '" + event.worker()
                                + "'; allowed: InstanceMigrated to move it, another number for another instance");
            }
            if (known.weight() != event.weight()) {
                draft.add(new Fact.InstanceUpdated(known.withWeight(event.weight())));
            }
            return placement(known);
        }
        if (lookup.isSpent(name)) {
            throw new Refused(
                    INSTANCE_NUMBER_REUSED,
                    "instance " + name + " was removed, and a number is never reused while its service is registered;"
                            + " allowed: a number that the service never had");
        }
        State.Worker worker = lookup.worker(event.worker());
        Owner owner = Owner.instance(name);
        Slot v4 = addresses.allocate(AddressPlan.V4, owner, POOL_EXHAUSTED, owner::toString);
        Slot v6 = addresses.allocate(AddressPlan.V6_INSTANCE, owner, POOL_EXHAUSTED, owner::toString);
        State.Instance instance = new State.Instance(
                name,
                worker.name(),
                new DualAddress(v4.v4(), v6.v6()),
                namespaceIp(worker, owner),
                InstanceState.SCHEDULED,
                event.weight());
        draft.add(new Fact.InstancePlaced(instance));
        return placement(instance);
    }

    Details ready(Event.InstanceReady event) {
        State.Instance instance = notDraining(reported(event.instance(), event.worker()), "ready");
        return become(instance, InstanceState.READY);
    }

    /** One that was never ready already takes no flows, and stays scheduled. */
    Details unready(Event.InstanceUnready event) {
        State.Instance instance = notDraining(reported(event.instance(), event.worker()), "unready");
        return become(
                instance,
                instance.state() == InstanceState.SCHEDULED ? InstanceState.SCHEDULED : InstanceState.UNREADY);
    }

    Details draining(Event.InstanceDraining event) {
        return become(lookup.instance(event.instance()), InstanceState.DRAINING);
    }

    /** Keeps its instance IP and its weight. A new placement begins, so it is scheduled again, whatever it was. */
    Details migrated(Event.InstanceMigrated event) {
        State.Instance instance = lookup.instance(event.instance());
        State.Worker target = lookup.worker(event.worker());
        if (instance.worker().equals(target.name())) {
            return placement(instance);
        }
        DualAddress namespaceIp = namespaceIp(target, Owner.instance(instance.name()));
        withdraw(instance, List.of(Holders.namespacePlace(instance, lookup.worker(instance.worker()))));
        State.Instance moved = instance.movedTo(target.name(), namespaceIp);
        draft.add(new Fact.InstanceUpdated(moved));
        return placement(moved);
    }

    /** What was removed before stays so: the event asks for what holds. */
    Details removed(Event.InstanceRemoved event) {
        lookup.service(event.instance().service());
        if (!lookup.isSpent(event.instance())) {
            remove(lookup.instance(event.instance()));
        }
        return new Details.OfInstance(event.instance());
    }

    void remove(State.Instance instance) {
        withdraw(instance, Holders.places(instance, lookup.worker(instance.worker())));
        draft.add(new Fact.InstanceDeleted(instance.name()));
    }

    /** A confirmation that is repeated, or comes when the addresses have rested without it, changes nothing. */
    Details withdrawalConfirmed(Event.WithdrawalConfirmed event) {
        State.Withdrawal withdrawal =
                draft.table(Tables.WITHDRAWALS).get(Tables.withdrawal(event.version(), event.instance()));
        if (withdrawal != null && atMs < draft.plan().freeAtMs(withdrawal.sinceMs(), false)) {
            for (State.Place place : withdrawal.places()) {
                State.Holding holding = draft.table(Tables.HOLDINGS).get(Tables.holding(place.pool(), place.slot()));
                State.Rest rest = holding == null ? null : holding.rest();
                if (rest != null && rest.offset() == withdrawal.version()) {
                    draft.add(new Fact.RestShortened(place.pool(), place.slot()));
                }
            }
            draft.add(new Fact.WithdrawalEnded(withdrawal.instance(), withdrawal.version()));
        }
        return new Details.OfInstance(event.instance());
    }

    private void withdraw(State.Instance instance, List<State.Place> places) {
        for (State.Place place : places) {
            addresses.release(place.pool(), place.slot());
        }
        draft.add(new Fact.WithdrawalStarted(
                new State.Withdrawal(instance.name(), offset, atMs, new ArrayList<>(places))));
    }

    private DualAddress namespaceIp(State.Worker worker, Owner owner) {
        Slot host = addresses.allocate(
                AddressPlan.namespacePool(worker.name()),
                owner,
                WORKER_FULL,
                () -> owner + " on worker '" + worker.name() + "' (" + worker.subnet() + ")");
        return AddressPlan.namespaceIp(worker.subnet(), host);
    }

    /** What a worker says of an instance holds while it hosts it: the report may have met a migration on its way. */
    private State.Instance reported(InstanceName name, @Nullable String worker) {
        State.Instance instance = lookup.instance(name);
        if (worker != null && !worker.equals(instance.worker())) {
            throw new Refused(
                    INSTANCE_ELSEWHERE,
                    "worker '" + worker + "' reports instance " + name + ", which is on worker '" + instance.worker()
                            + "'; allowed: reports of the worker that hosts it now");
        }
        return instance;
    }

    private static State.Instance notDraining(State.Instance instance, String asked) {
        if (instance.state() == InstanceState.DRAINING) {
            throw new Refused(
                    INSTANCE_IS_DRAINING,
                    "instance " + instance.name() + " is draining and can't become " + asked
                            + "; allowed: InstanceRemoved, or InstanceMigrated for a new placement");
        }
        return instance;
    }

    private Details become(State.Instance instance, InstanceState state) {
        if (instance.state() != state) {
            draft.add(new Fact.InstanceUpdated(instance.withState(state)));
        }
        return new Details.OfInstance(instance.name());
    }

    private static Details placement(State.Instance instance) {
        return new Details.OfPlacement(
                instance.name(), instance.worker(), instance.instanceIp(), instance.namespaceIp());
    }
}
