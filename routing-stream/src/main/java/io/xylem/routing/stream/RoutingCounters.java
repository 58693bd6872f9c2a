package io.xylem.routing.stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.xylem.routing.domain.Convergence;
import io.xylem.routing.domain.Output.Observation;
import io.xylem.routing.domain.RouteChange;
import io.xylem.routing.domain.Told;
import io.xylem.routing.domain.Verdict;
import io.xylem.routing.domain.WorkerState;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/** What routing did, by kind and reason; every counter is there from the start, so that zero can be seen. */
public final class RoutingCounters {
    private static final Duration[] BUCKETS = IntStream.of(5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final Counter newAllocations;
    private final Counter repeatedAllocations;
    private final Counter issued;
    private final Counter withdrawn;
    private final Counter heartbeats;
    private final Counter believed;
    private final Counter withoutWorkers;
    private final Timer convergence;
    private final MeterRegistry registry;

    public RoutingCounters(MeterRegistry registry) {
        newAllocations = counter(registry, "xylem.routing.allocations", "age", "new");
        repeatedAllocations = counter(registry, "xylem.routing.allocations", "age", "older_than_known");
        issued = counter(registry, "xylem.routing.routes", "change", "issued");
        withdrawn = counter(registry, "xylem.routing.routes", "change", "withdrawn");
        heartbeats = registry.counter("xylem.routing.heartbeats");
        believed = counter(registry, "xylem.routing.reports", "verdict", "believed");
        this.registry = registry;
        withoutWorkers = registry.counter("xylem.routing.changes.without.workers");
        convergence = Timer.builder("xylem.routing.convergence")
                .description("From event to the last report of a worker that it has applied the change.")
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
        for (Verdict.Reason reason : Verdict.Reason.values()) {
            counter(registry, "xylem.routing.reports", "verdict", word(reason));
        }
        for (String what : List.of("route", "load", "address_unknown", "forget")) {
            counter(registry, "xylem.routing.told", "what", what);
        }
        for (String what : List.of("worker_lost", "worker_back", "withdrawal_confirmed")) {
            counter(registry, "xylem.routing.observations", "what", what);
        }
    }

    private static Counter counter(MeterRegistry registry, String name, String tag, String value) {
        return registry.counter(name, tag, value);
    }

    /** How the workers are, as gauges. */
    public static void ofWorkers(MeterRegistry registry, WorkerBoard board) {
        Map<String, Predicate<WorkerState>> states = Map.of(
                "lost", WorkerState::lost,
                "live", worker -> !worker.lost() && worker.feed().isPresent(),
                "behind", worker -> worker.behind() > 0);
        states.forEach((state, is) -> registry.gauge(
                "xylem.routing.workers", List.of(Tag.of("state", state)), board, workers -> workers.count(is)));
    }

    void allocation(boolean news) {
        (news ? newAllocations : repeatedAllocations).increment();
    }

    void route(RouteChange change) {
        switch (change) {
            case RouteChange.ServiceRouted _, RouteChange.InstanceRouted _ -> issued.increment();
            case RouteChange.ServiceWithdrawn _, RouteChange.InstanceWithdrawn _ -> withdrawn.increment();
        }
    }

    void heartbeat() {
        heartbeats.increment();
    }

    void believed() {
        believed.increment();
    }

    void refused(Verdict.Reason reason) {
        counter(registry, "xylem.routing.reports", "verdict", word(reason)).increment();
    }

    void told(Told what) {
        counter(
                        registry,
                        "xylem.routing.told",
                        "what",
                        switch (what) {
                            case Told.Route _ -> "route";
                            case Told.Load _ -> "load";
                            case Told.Unknown _ -> "address_unknown";
                            case Told.Forget _, Told.ForgetLoad _, Told.ForgetAddress _ -> "forget";
                        })
                .increment();
    }

    void observation(Observation what) {
        counter(
                        registry,
                        "xylem.routing.observations",
                        "what",
                        switch (what) {
                            case Observation.WorkerLost _ -> "worker_lost";
                            case Observation.WorkerBack _ -> "worker_back";
                            case Observation.WithdrawalConfirmed _ -> "withdrawal_confirmed";
                        })
                .increment();
    }

    /** A change that concerned nobody took no time, and says nothing about the time that others take. */
    void converged(Convergence.Done done) {
        if (done.workers() > 0) {
            convergence.record(Duration.ofMillis(Math.max(0, done.appliedAtMs() - done.eventAtMs())));
        } else {
            withoutWorkers.increment();
        }
    }

    private static String word(Verdict.Reason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}
