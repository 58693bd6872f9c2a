package io.xylem.simulation;

import io.xylem.allocator.domain.Event;
import io.xylem.balancing.Policies;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.routing.domain.AllocationChange;
import io.xylem.routing.domain.InstanceReport;
import io.xylem.routing.domain.RouteChange;
import io.xylem.routing.domain.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** All nodes and the logs between them. One step is one thing that happens; everything comes from the seed. */
final class Cluster {
    /** What the world does to the nodes. */
    enum Fault {
        /** A proxy gets routes in any order, and some of them again. */
        DISORDER,
        /** Routing stops between its commits. */
        ROUTING_CRASHES,
        /** A proxy starts again, from its disk or from a compacted log. */
        PROXY_RESTARTS
    }

    private record Published(String id, Event event) {}

    private static final Policies POLICIES = Policies.load();

    final List<AllocationChange> allocations = new ArrayList<>();
    final List<RouteChange> routes = new ArrayList<>();
    final List<ProxyNode> proxies = Workload.WORKERS.stream()
            .map(worker -> new ProxyNode(worker, POLICIES))
            .toList();
    final RoutingNode routing = new RoutingNode();

    private final Random random;
    private final Set<Fault> faults;
    private final Workload workload;
    private final AllocatorNode allocator = new AllocatorNode(POLICIES);
    private final List<Published> events = new ArrayList<>();
    private final List<InstanceReport> reports = new ArrayList<>();
    private int handledEvents;
    private int seenRoutes;
    private int announcedRoutes;
    private long nowMs = 1_000_000;

    Cluster(long seed, Set<Fault> faults) {
        random = new Random(seed);
        this.faults = faults;
        workload = new Workload(random);
        workload.start().forEach(this::publish);
    }

    /** @return what happened, for people */
    String step() {
        ProxyNode proxy = proxies.get(random.nextInt(proxies.size()));
        return switch (random.nextInt(20)) {
            case 0, 1, 2 -> "publish " + publish(workload.next());
            case 3, 4, 5 -> "allocate: " + allocate();
            case 6, 7, 8 -> "route: " + route();
            case 9, 10 -> "judge: " + judge();
            case 11 -> "commit" + commit();
            case 12, 13, 14, 15, 16, 17 -> "deliver to " + proxy.worker + ": " + deliver(proxy);
            case 18 -> "settle " + proxy.worker + ": " + settle(proxy);
            default -> "fault: " + disturb(proxy);
        };
    }

    /** Lets everything arrive that is under way, until nothing is. No new events but those of the system itself. */
    void drain() {
        boolean busy = true;
        while (busy) {
            busy = false;
            while (allocate() || route() || judge()) {
                busy = true;
            }
            commit();
            for (ProxyNode proxy : proxies) {
                while (deliver(proxy)) {
                    busy = true;
                }
                busy |= settle(proxy) > 0;
            }
        }
    }

    private Event publish(Event event) {
        events.add(new Published("user-" + events.size(), event));
        return event;
    }

    private boolean allocate() {
        if (handledEvents == events.size()) {
            return false;
        }
        nowMs += random.nextInt(10_000);
        Published next = events.get(handledEvents);
        allocations.addAll(allocator.handle(next.id, next.event, nowMs, handledEvents));
        handledEvents++;
        return true;
    }

    private boolean route() {
        boolean read = routing.readAllocation(allocations, routes);
        announce();
        return read;
    }

    private void announce() {
        for (; announcedRoutes < routes.size(); announcedRoutes++) {
            int position = announcedRoutes;
            proxies.forEach(proxy -> proxy.awaited.add(position));
        }
    }

    private boolean judge() {
        List<Verdict.Believed> believed = new ArrayList<>();
        boolean read = routing.readReport(reports, believed);
        for (Verdict.Believed one : believed) {
            events.add(new Published(
                    one.id(),
                    one.ready() ? new Event.InstanceReady(one.instance()) : new Event.InstanceUnready(one.instance())));
        }
        return read;
    }

    private String commit() {
        routing.commit(routes);
        return "";
    }

    private boolean deliver(ProxyNode proxy) {
        if (proxy.awaited.isEmpty()) {
            return false;
        }
        int position = proxy.awaited.first();
        if (faults.contains(Fault.DISORDER)) {
            List<Integer> awaited = List.copyOf(proxy.awaited);
            position = awaited.get(random.nextInt(awaited.size()));
            if (seenRoutes > 0 && random.nextInt(4) == 0) {
                hand(proxy, random.nextInt(seenRoutes)); // once more, or long before its turn
            }
        }
        hand(proxy, position);
        proxy.awaited.remove(position);
        return true;
    }

    private void hand(ProxyNode proxy, int position) {
        seenRoutes = Math.max(seenRoutes, position + 1);
        proxy.deliver(routes.get(position));
    }

    private int settle(ProxyNode proxy) {
        List<InstanceAt> attached = proxy.settle();
        attached.forEach(at -> report(proxy, at, true));
        return attached.size();
    }

    private void report(ProxyNode proxy, InstanceAt at, boolean ready) {
        reports.add(new InstanceReport(proxy.worker, at.instance(), ready, "", at.version(), reports.size()));
    }

    private String disturb(ProxyNode proxy) {
        switch (random.nextInt(4)) {
            case 0 -> {
                if (faults.contains(Fault.ROUTING_CRASHES)) {
                    routing.crash(random, allocations, routes, seenRoutes);
                    forgetLostRoutes();
                    return "routing crashed";
                }
            }
            case 1 -> {
                if (faults.contains(Fault.PROXY_RESTARTS)) {
                    proxy.restart();
                    return "proxy " + proxy.worker + " restarted";
                }
            }
            case 2 -> {
                if (faults.contains(Fault.PROXY_RESTARTS)) {
                    proxy.reset(compacted());
                    return "proxy " + proxy.worker + " reads from the beginning";
                }
            }
            default -> {
                List<InstanceAt> attached = proxy.attached();
                if (!attached.isEmpty()) {
                    report(proxy, attached.get(random.nextInt(attached.size())), random.nextBoolean());
                    return "probe on " + proxy.worker;
                }
            }
        }
        return "none";
    }

    private void forgetLostRoutes() {
        announcedRoutes = Math.min(announcedRoutes, routes.size());
        proxies.forEach(proxy -> proxy.awaited.tailSet(routes.size()).clear());
    }

    /** The last route of every subject, and by chance some of those before: the cleaner comes when it likes. */
    private List<Integer> compacted() {
        Map<String, Integer> last = new LinkedHashMap<>();
        List<Integer> positions = new ArrayList<>();
        for (int position = 0; position < routes.size(); position++) {
            last.put(subject(routes.get(position)), position);
        }
        for (int position = 0; position < routes.size(); position++) {
            if (Integer.valueOf(position).equals(last.get(subject(routes.get(position)))) || random.nextInt(3) == 0) {
                positions.add(position);
            }
        }
        return positions;
    }

    private static String subject(RouteChange route) {
        return switch (route) {
            case RouteChange.ServiceRouted(long _, var service) ->
                service.name().toString();
            case RouteChange.ServiceWithdrawn(long _, var service) -> service.toString();
            case RouteChange.InstanceRouted(long _, var instance, var _) ->
                instance.name().toString();
            case RouteChange.InstanceWithdrawn(long _, var instance) -> instance.toString();
        };
    }
}
