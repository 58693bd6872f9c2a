package io.xylem.allocator.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;

/** What an accepted event changes. Applied to the state before, a decision's facts give the state after. */
public sealed interface Fact {
    record WorkerAdmitted(State.Worker worker) implements Fact {}

    record WorkerUpdated(State.Worker worker) implements Fact {}

    /** With it go its namespace IPs; its subnet is released by a fact of its own. */
    record WorkerDismissed(String worker) implements Fact {}

    record ServiceCreated(State.Service service) implements Fact {}

    /** With it ends the service's life: its instance numbers are forgotten. */
    record ServiceDeleted(ServiceName service) implements Fact {}

    record InstancePlaced(State.Instance instance) implements Fact {}

    /** It has another state, or after a migration another worker and namespace IP. */
    record InstanceUpdated(State.Instance instance) implements Fact {}

    /** Its number is spent for the rest of the service's life. */
    record InstanceDeleted(InstanceName instance) implements Fact {}

    /** The slot was fresh, had rested enough, or was still resting for the same owner. */
    record AddressAllocated(String pool, Slot slot, Owner owner) implements Fact {}

    record AddressReleased(String pool, Slot slot, State.Rest rest) implements Fact {}

    /** A resting slot rests shorter, because its withdrawal is confirmed. */
    record RestShortened(String pool, Slot slot) implements Fact {}

    /** A rested slot of a pool that cannot run out is not kept for reuse. */
    record AddressForgotten(String pool, Slot slot) implements Fact {}

    record WithdrawalStarted(State.Withdrawal withdrawal) implements Fact {}

    /** It is confirmed, or its addresses have rested without. */
    record WithdrawalEnded(InstanceName instance, long version) implements Fact {}

    record RealmChanged(State.Configured configured) implements Fact {}

    record EventRemembered(long atMs, Outcome outcome) implements Fact {}

    record EventForgotten(String id) implements Fact {}

    /** So far was looked for events to forget. */
    record MemorySwept(State.Sweep sweep) implements Fact {}
}
