package io.xylem.routing.stream;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.xylem.routing.domain.RouteChange;
import io.xylem.routing.domain.Verdict;
import java.util.Locale;

/** What routing did, by kind and reason; every counter is there from the start, so that zero can be seen. */
public final class RoutingCounters {
    private final Counter newAllocations;
    private final Counter repeatedAllocations;
    private final Counter issued;
    private final Counter withdrawn;
    private final Counter heartbeats;
    private final Counter believed;
    private final MeterRegistry registry;

    public RoutingCounters(MeterRegistry registry) {
        newAllocations = counter(registry, "xylem.routing.allocations", "age", "new");
        repeatedAllocations = counter(registry, "xylem.routing.allocations", "age", "older_than_known");
        issued = counter(registry, "xylem.routing.routes", "change", "issued");
        withdrawn = counter(registry, "xylem.routing.routes", "change", "withdrawn");
        heartbeats = registry.counter("xylem.routing.heartbeats");
        believed = counter(registry, "xylem.routing.reports", "verdict", "believed");
        this.registry = registry;
        for (Verdict.Reason reason : Verdict.Reason.values()) {
            refused(reason);
        }
    }

    private Counter refused(Verdict.Reason reason) {
        return counter(
                registry, "xylem.routing.reports", "verdict", reason.name().toLowerCase(Locale.ROOT));
    }

    private static Counter counter(MeterRegistry registry, String name, String tag, String value) {
        return registry.counter(name, tag, value);
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

    void report(Verdict verdict) {
        switch (verdict) {
            case Verdict.Believed _ -> believed.increment();
            case Verdict.Refused(Verdict.Reason reason, String _) ->
                refused(reason).increment();
        }
    }
}
