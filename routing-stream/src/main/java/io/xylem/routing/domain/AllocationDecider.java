package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which routes an allocation changes. Every answer says what holds, never what changed, so a record that is read again
 * gets an answer too: the process may have stopped between keeping a record and sending its routes, and then the second
 * reading is what sends them. An older record never brings an older route; it gets the newest one.
 */
public final class AllocationDecider {
    private AllocationDecider() {}

    /** {@code news}: the state must take the change in. */
    public record Decision(boolean news, List<RouteChange> routes) {}

    public static Decision decide(RoutingView view, AllocationChange change) {
        AllocationChange known = known(view, change.entity());
        boolean news = change.version() >= known.version();
        return new Decision(news, routes(view, news ? change : known).toList());
    }

    /** The routes of one instance or service as they are: for a reader who asks. */
    public static List<RouteChange> current(RoutingView view, Entity entity) {
        return routes(view, known(view, entity)).toList();
    }

    /** What the entity is known by; {@link RoutingView#NOTHING} if it is not there. */
    static long versionOf(RoutingView view, Entity entity) {
        return known(view, entity) instanceof AllocationChange.Given(long version, var _)
                ? version
                : RoutingView.NOTHING;
    }

    /** The allocation that would lead to what is known of the entity. */
    private static AllocationChange known(RoutingView view, Entity entity) {
        return switch (entity) {
            case Entity.OfWorker(String worker) ->
                view.worker(worker).map(AllocationDecider::given).orElseGet(() -> absent(view, entity));
            case Entity.OfService(var service) ->
                view.service(service).map(AllocationDecider::given).orElseGet(() -> absent(view, entity));
            case Entity.OfInstance(InstanceName instance) ->
                view.instance(instance)
                        .<AllocationChange>map(
                                placed -> new AllocationChange.Given(placed.version(), placed.instance()))
                        .orElseGet(() -> absent(view, entity));
        };
    }

    private static AllocationChange given(Versioned<?> known) {
        return new AllocationChange.Given(known.version(), known.value());
    }

    private static AllocationChange absent(RoutingView view, Entity entity) {
        return new AllocationChange.TakenBack(view.version(), entity);
    }

    private static Stream<RouteChange> routes(RoutingView view, AllocationChange change) {
        long version = change.version();
        return switch (change) {
            case AllocationChange.Given(var _, Allocated.Worker worker) ->
                view.instancesOn(worker.name()).stream()
                        .map(placed -> routed(placed.version(), placed.instance(), new Versioned<>(version, worker)));
            case AllocationChange.Given(var _, Allocated.Service service) ->
                Stream.of(new RouteChange.ServiceRouted(version, service));
            // A compacted log may bring an instance before its worker: the worker's record then brings the route.
            case AllocationChange.Given(var _, Allocated.Instance instance) ->
                view.worker(instance.worker()).map(worker -> routed(version, instance, worker)).stream();
            case AllocationChange.TakenBack(var _, Entity.OfWorker(String worker)) ->
                view.instancesOn(worker).stream()
                        .map(placed -> new RouteChange.InstanceWithdrawn(version, placed.name()));
            case AllocationChange.TakenBack(var _, Entity.OfService(var service)) ->
                Stream.of(new RouteChange.ServiceWithdrawn(version, service));
            case AllocationChange.TakenBack(var _, Entity.OfInstance(InstanceName instance)) ->
                Stream.of(new RouteChange.InstanceWithdrawn(version, instance));
        };
    }

    /** A route is as new as the newer of the two that make it. */
    private static RouteChange routed(
            long instanceVersion, Allocated.Instance instance, Versioned<Allocated.Worker> worker) {
        return new RouteChange.InstanceRouted(Math.max(instanceVersion, worker.version()), instance, worker.value());
    }
}
