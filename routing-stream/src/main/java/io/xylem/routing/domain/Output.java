package io.xylem.routing.domain;

import io.xylem.model.InstanceName;

/** What routing says. To say it twice does no harm. */
public sealed interface Output {
    /** @param more others of the same version follow */
    record Broadcast(RouteChange change, boolean more) implements Output {}

    /** @param more others of the same version follow for the same worker */
    record Tell(String worker, Told what, boolean more) implements Output {}

    /** @param id the same for the same observation, so that the allocator takes it once */
    record Observe(String id, long atMs, Observation what) implements Output {}

    record Converged(Convergence.Done done) implements Output {}

    /** A worker's word that is not believed. */
    record Disbelieved(Verdict.Refused why) implements Output {}

    sealed interface Observation {
        record WorkerLost(String worker) implements Observation {}

        record WorkerBack(String worker) implements Observation {}

        /** No live worker sends to what {@code version} withdrew of the instance. */
        record WithdrawalConfirmed(InstanceName instance, long version) implements Observation {}
    }
}
