package io.xylem.simulation;

import io.xylem.balancing.Policies;
import io.xylem.model.InstanceName;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.FlowTable;
import io.xylem.proxy.domain.RouteFold;
import io.xylem.proxy.domain.RouteTable;
import io.xylem.proxy.domain.RouteUpdate;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.Translator;
import io.xylem.routing.domain.RouteChange;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** One worker's proxy: it folds routes as they come, and has an interface for every instance that they place here. */
final class ProxyNode {
    final String worker;
    /** Positions in the log of routes that have not come yet. */
    final TreeSet<Integer> awaited = new TreeSet<>();

    private final Policies policies;
    private final Map<InstanceName, InstanceAt> attached = new TreeMap<>();
    private RouteFold fold;
    private RouteTable table;
    private Translator translator;

    ProxyNode(String worker, Policies policies) {
        this.worker = worker;
        this.policies = policies;
        fold = new RouteFold(worker);
        table = fold.table();
        translator = newTranslator();
    }

    private Translator newTranslator() {
        Counters counters = new Counters();
        return new Translator(new FlowTable(1 << 10, 0, counters), policies, counters);
    }

    void deliver(RouteChange change) {
        fold.apply(update(change));
        table = fold.table();
    }

    /** The process starts again from its disk: it knows what it knew, flows excepted. */
    void restart() {
        RouteFold read = new RouteFold(worker);
        fold.updates().forEach(read::apply);
        fold = read;
        table = fold.table();
        translator = newTranslator();
    }

    /** The process starts again with an empty disk, and reads the log from its beginning. */
    void reset(List<Integer> positions) {
        fold = new RouteFold(worker);
        table = fold.table();
        translator = newTranslator();
        awaited.clear();
        awaited.addAll(positions);
    }

    /** Attaches what the routes place here and detaches what they don't. @return what was attached anew */
    List<InstanceAt> settle() {
        Map<InstanceName, InstanceAt> placed = new TreeMap<>();
        table.forEachInstance(target -> {
            if (target.local()) {
                placed.put(target.route().instance(), target.route());
            }
        });
        List<InstanceAt> fresh =
                placed.values().stream().filter(at -> !isAttached(at)).toList();
        attached.clear();
        attached.putAll(placed);
        return fresh;
    }

    private boolean isAttached(InstanceAt at) {
        InstanceAt known = attached.get(at.instance());
        return known != null && known.namespaceIp().equals(at.namespaceIp());
    }

    List<InstanceAt> attached() {
        return List.copyOf(attached.values());
    }

    RouteTable table() {
        return table;
    }

    Optional<InstanceAt> find(InstanceName instance) {
        return fold.find(instance);
    }

    /** With the tables as they are now. */
    Translator translator(long nowNs) {
        translator.use(
                table,
                Attachments.of(attached.values().stream()
                        .map(at -> new Attachment(at.instance(), at.instanceIp(), at.namespaceIp()))
                        .toList()),
                nowNs);
        return translator;
    }

    private static RouteUpdate update(RouteChange change) {
        return switch (change) {
            case RouteChange.ServiceRouted routed ->
                new RouteUpdate.ServiceKnown(
                        routed.service().name(), routed.service().serviceIps(), routed.version());
            case RouteChange.ServiceWithdrawn(long version, var service) ->
                new RouteUpdate.ServiceWithdrawn(service, version);
            case RouteChange.InstanceRouted routed ->
                new InstanceAt(
                        routed.instance().name(),
                        routed.instance().instanceIp(),
                        routed.instance().namespaceIp(),
                        routed.worker().name(),
                        routed.worker().underlay(),
                        routed.readiness(),
                        routed.version());
            case RouteChange.InstanceWithdrawn(long version, var instance) ->
                new RouteUpdate.InstanceWithdrawn(instance, version);
        };
    }
}
