package io.xylem.routing.domain;

import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import io.xylem.model.Location;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.routing.domain.AllocationChange.Given;
import io.xylem.routing.domain.AllocationChange.TakenBack;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A realm that is told allocations, and the table of a reader who follows its routes. */
public final class World {
    public static final ServiceName S = ServiceName.parse("A.prod.S.prod");
    public static final InstanceName S1 = new InstanceName(S, 1);
    public static final InstanceName S2 = new InstanceName(S, 2);

    final RoutingStateInMemory state = new RoutingStateInMemory();
    /** By entity; a withdrawn one stays with its withdrawal. */
    final Map<String, RouteChange> table = new TreeMap<>();

    final List<RouteChange> sent = new ArrayList<>();

    /** Decides, applies, and lets the reader follow. */
    List<RouteChange> tell(AllocationChange change) {
        AllocationDecider.Decision decision = AllocationDecider.decide(state, change);
        if (decision.news()) {
            AllocationApplier.apply(state, change);
        }
        sent.addAll(decision.routes());
        decision.routes().forEach(this::follow);
        return decision.routes();
    }

    private void follow(RouteChange route) {
        table.merge(key(route), route, (old, next) -> next.version() >= old.version() ? next : old);
    }

    static String key(RouteChange route) {
        return switch (route) {
            case RouteChange.ServiceRouted(var _, var service) -> service.name().toString();
            case RouteChange.ServiceWithdrawn(var _, var service) -> service.toString();
            case RouteChange.InstanceRouted(var _, var instance, var _) ->
                instance.name().toString();
            case RouteChange.InstanceWithdrawn(var _, var instance) -> instance.toString();
        };
    }

    public static Allocated.Worker worker(String name, String address) {
        return new Allocated.Worker(
                name,
                "c1",
                new Endpoint(address, 50103),
                "eu-1",
                new Location(48.1, 11.6),
                new DualPrefix(Ipv4Prefix.parse("10.18.30.64/26"), Ipv6Prefix.parse("fc00::7900/120")),
                false);
    }

    public static Allocated.Worker lost(Allocated.Worker worker) {
        return new Allocated.Worker(
                worker.name(),
                worker.cluster(),
                worker.underlay(),
                worker.zone(),
                worker.location(),
                worker.subnet(),
                true);
    }

    public static Allocated.Service service() {
        return new Allocated.Service(S, List.of(new ServiceIp("RR", addresses("10.30.0.1", "fdff:2000::1"))));
    }

    public static Allocated.Instance instance(
            InstanceName name, String worker, String namespaceIp, InstanceState state) {
        return new Allocated.Instance(
                name,
                worker,
                addresses("10.30.0." + (1 + name.number()), "fdff::" + name.number()),
                addresses(namespaceIp, "fc00::7901"),
                state,
                1);
    }

    public static DualAddress addresses(String v4, String v6) {
        return new DualAddress(Ipv4.parse(v4), Ipv6.parse(v6));
    }

    public static Given given(long version, Allocated what) {
        return new Given(version, what);
    }

    public static TakenBack takenBack(long version, Allocated what) {
        return new TakenBack(version, what.entity());
    }
}
