package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import java.util.Optional;

/** Takes in what {@link AllocationDecider} found to be news. Applied twice it changes nothing. */
public final class AllocationApplier {
    private AllocationApplier() {}

    public static void apply(RoutingState state, AllocationChange news) {
        long version = news.version();
        switch (news) {
            case AllocationChange.Given(var _, Allocated.Worker worker) ->
                state.putWorker(new Versioned<>(version, worker));
            case AllocationChange.Given(var _, Allocated.Service service) ->
                state.putService(new Versioned<>(version, service));
            case AllocationChange.Given(var _, Allocated.Instance instance) ->
                state.putInstance(new PlacedInstance(
                        version, placedSince(state.instance(instance.name()), version, instance), instance));
            case AllocationChange.TakenBack(var _, Entity.OfWorker(String worker)) -> state.removeWorker(worker);
            case AllocationChange.TakenBack(var _, Entity.OfService(var service)) -> state.removeService(service);
            case AllocationChange.TakenBack(var _, Entity.OfInstance(InstanceName instance)) ->
                state.removeInstance(instance);
        }
        state.advanceTo(Math.max(version, state.version()));
    }

    /**
     * Every placement starts as SCHEDULED, so that record dates it. When compaction has taken that record away, the
     * placement is only known to be newer than what was known before.
     */
    private static long placedSince(Optional<PlacedInstance> before, long version, Allocated.Instance instance) {
        if (instance.state() == InstanceState.SCHEDULED) {
            return version;
        }
        return before.map(
                        known -> samePlacement(known.instance(), instance) ? known.placedSince() : known.version() + 1)
                .orElse(RoutingView.NOTHING);
    }

    private static boolean samePlacement(Allocated.Instance one, Allocated.Instance other) {
        return one.worker().equals(other.worker()) && one.namespaceIp().equals(other.namespaceIp());
    }
}
