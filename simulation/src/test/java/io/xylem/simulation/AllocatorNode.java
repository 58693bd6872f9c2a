package io.xylem.simulation;

import io.xylem.allocator.domain.AddressPlan;
import io.xylem.allocator.domain.Allocator;
import io.xylem.allocator.domain.Event;
import io.xylem.allocator.domain.Fact;
import io.xylem.allocator.domain.InMemoryRealmStore;
import io.xylem.allocator.domain.RealmSettings;
import io.xylem.allocator.domain.State;
import io.xylem.balancing.Policies;
import io.xylem.model.Ipv4Prefix;
import io.xylem.routing.domain.Allocated;
import io.xylem.routing.domain.AllocationChange;
import io.xylem.routing.domain.AllocationChange.Given;
import io.xylem.routing.domain.AllocationChange.TakenBack;
import io.xylem.routing.domain.Entity;
import java.util.List;
import java.util.stream.Stream;

/** The allocator as exactly-once makes it: every event is handled once, in the order of the log. */
final class AllocatorNode {
    private final InMemoryRealmStore store;

    AllocatorNode(Policies policies) {
        store = new InMemoryRealmStore("main", new AddressPlan(scarce(policies)));
    }

    /** So few addresses that they run out and are given out again within a run. */
    private static RealmSettings scarce(Policies policies) {
        RealmSettings plan = RealmSettings.defaults(policies);
        return new RealmSettings(
                List.of(Ipv4Prefix.parse("10.18.0.0/26")),
                29,
                plan.workerV6(),
                plan.workerV6Length(),
                List.of(Ipv4Prefix.parse("10.30.0.0/27")),
                plan.instanceV6(),
                plan.serviceV6(),
                plan.restConfirmedMs(),
                plan.restMs(),
                plan.eventMemoryMs());
    }

    List<AllocationChange> handle(String id, Event event, long atMs, long offset) {
        return Allocator.handle(store, id, event, atMs, offset).facts().stream()
                .flatMap(fact -> change(fact, offset))
                .toList();
    }

    private static Stream<AllocationChange> change(Fact fact, long version) {
        return switch (fact) {
            case Fact.WorkerAdmitted(State.Worker worker) -> Stream.of(new Given(version, worker(worker)));
            case Fact.WorkerUpdated(State.Worker worker) -> Stream.of(new Given(version, worker(worker)));
            case Fact.WorkerDismissed(String worker) -> Stream.of(new TakenBack(version, new Entity.OfWorker(worker)));
            case Fact.ServiceCreated(State.Service service) ->
                Stream.of(new Given(version, new Allocated.Service(service.name(), service.ips())));
            case Fact.ServiceDeleted(var service) -> Stream.of(new TakenBack(version, new Entity.OfService(service)));
            case Fact.InstancePlaced(State.Instance instance) -> Stream.of(new Given(version, instance(instance)));
            case Fact.InstanceUpdated(State.Instance instance) -> Stream.of(new Given(version, instance(instance)));
            case Fact.InstanceDeleted(var instance) ->
                Stream.of(new TakenBack(version, new Entity.OfInstance(instance)));
            default -> Stream.empty(); // addresses, rests and memories are the allocator's own affair
        };
    }

    private static Allocated.Worker worker(State.Worker worker) {
        return new Allocated.Worker(
                worker.name(),
                worker.cluster(),
                worker.underlay(),
                worker.zone(),
                worker.location(),
                worker.subnet(),
                worker.lost());
    }

    private static Allocated.Instance instance(State.Instance instance) {
        return new Allocated.Instance(
                instance.name(), instance.worker(), instance.instanceIp(), instance.namespaceIp(), instance.state(), 1);
    }
}
