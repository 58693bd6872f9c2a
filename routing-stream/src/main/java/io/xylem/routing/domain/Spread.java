package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Whom a route concerns, and what each learns of it: the workers that want its service, the worker that hosts the
 * instance, and the one that hosted it before.
 */
final class Spread {
    private final RoutingView view;
    private final FeedStore store;
    private final Interests interests;
    private final Predicate<String> goesByLoad;

    /** @param goesByLoad whether the policy of that name asks for the active flows of instances */
    Spread(RoutingView view, FeedStore store, Interests interests, Predicate<String> goesByLoad) {
        this.view = view;
        this.store = store;
        this.interests = interests;
        this.goesByLoad = goesByLoad;
    }

    /** @param former where a withdrawn instance was */
    SortedSet<String> concerned(RouteChange route, Map<InstanceName, String> former) {
        SortedSet<String> workers = new TreeSet<>(interests.workersOf(service(route)));
        switch (route) {
            case RouteChange.InstanceRouted(var _, var instance, var worker) -> {
                workers.add(worker.name());
                addFormer(workers, instance.name(), former);
            }
            case RouteChange.InstanceWithdrawn(var _, InstanceName instance) -> {
                workers.addAll(interests.lateLeaversOf(instance.service()));
                addFormer(workers, instance, former);
            }
            case RouteChange.ServiceWithdrawn(var _, ServiceName service) ->
                workers.addAll(interests.lateLeaversOf(service));
            case RouteChange.ServiceRouted _ -> {}
        }
        return workers;
    }

    private static void addFormer(Set<String> workers, InstanceName instance, Map<InstanceName, String> former) {
        String worker = former.get(instance);
        if (worker != null) {
            workers.add(worker);
        }
    }

    /**
     * The records of one change, each worker's in their order; only the last of a worker's routes lets it have the
     * version. Who learns for the first time of the service gets all of it.
     *
     * @param asked who asked for an address that is now the service's
     */
    List<Output> told(List<RouteChange> routes, Map<InstanceName, String> former, Map<String, Interests.News> asked) {
        Map<String, List<Told>> byWorker = new LinkedHashMap<>();
        Set<Entity> changed = routes.stream().map(RouteChange::entity).collect(Collectors.toSet());
        asked.forEach((worker, news) -> byWorker.put(worker, new ArrayList<>(answers(news, changed))));
        for (RouteChange route : routes) {
            for (String worker : concerned(route, former)) {
                byWorker.computeIfAbsent(worker, _ -> new ArrayList<>())
                        .addAll(sees(worker, route) ? List.of(new Told.Route(route)) : gone(route));
            }
        }
        List<Output> outputs = new ArrayList<>();
        for (int i = 0; i < routes.size(); i++) {
            outputs.add(new Output.Broadcast(routes.get(i), i < routes.size() - 1));
        }
        byWorker.forEach((worker, told) -> outputs.addAll(inOrder(worker, told)));
        return outputs;
    }

    private static List<Output> inOrder(String worker, List<Told> told) {
        int last = -1;
        for (int i = 0; i < told.size(); i++) {
            last = told.get(i) instanceof Told.Route ? i : last;
        }
        List<Output> outputs = new ArrayList<>();
        for (int i = 0; i < told.size(); i++) {
            outputs.add(new Output.Tell(worker, told.get(i), i < last && told.get(i) instanceof Told.Route));
        }
        return outputs;
    }

    private boolean sees(String worker, RouteChange route) {
        return interests.workersOf(service(route)).contains(worker)
                || (route instanceof RouteChange.InstanceRouted(var _, var _, var host)
                        && host.name().equals(worker));
    }

    /**
     * For a former host: withdrawn as of this version, which it has to confirm; then forgotten, so that it takes the
     * same version again when it asks for the service one day.
     */
    private static List<Told> gone(RouteChange route) {
        RouteChange withdrawn = switch (route.entity()) {
            case Entity.OfInstance(InstanceName instance) ->
                new RouteChange.InstanceWithdrawn(route.version(), instance);
            case Entity.OfService(ServiceName service) -> new RouteChange.ServiceWithdrawn(route.version(), service);
            case Entity.OfWorker _ -> throw new IllegalArgumentException("there is no route of a worker: " + route);
        };
        return List.of(new Told.Route(withdrawn), new Told.Forget(route.entity()));
    }

    /** @param more part of the newest version is still to be told */
    List<Output> answer(String worker, Interests.News news, boolean more) {
        return answers(news, Set.of()).stream()
                .<Output>map(told -> new Output.Tell(worker, told, more))
                .toList();
    }

    /** @param except what is told anyway */
    private List<Told> answers(Interests.News news, Set<Entity> except) {
        List<Told> told = new ArrayList<>();
        for (String address : news.answered()) {
            told.add(new Told.ForgetAddress(address));
        }
        for (String address : news.unknown()) {
            told.add(new Told.Unknown(view.version(), address));
        }
        for (ServiceName service : news.gained()) {
            tellAll(service, except, told);
        }
        return told;
    }

    /** The service last: packets that wait for its addresses go as soon as those are known, and need its instances. */
    private void tellAll(ServiceName service, Set<Entity> except, List<Told> told) {
        List<Entity> entities = new ArrayList<>();
        List<PlacedInstance> instances = view.instancesOf(service);
        instances.forEach(placed -> entities.add(placed.instance().entity()));
        view.service(service).ifPresent(found -> entities.add(found.value().entity()));
        entities.stream()
                .filter(entity -> !except.contains(entity))
                .flatMap(entity -> AllocationDecider.current(view, entity).stream())
                .map(Told.Route::new)
                .forEach(told::add);
        if (isByLoad(service)) {
            for (PlacedInstance placed : instances) {
                store.load(placed.name())
                        .ifPresent(load -> told.add(new Told.Load(placed.version(), placed.name(), load.flows())));
            }
        }
    }

    /** The worker's own instances stay. */
    List<Output> forget(String worker, Collection<ServiceName> services) {
        List<Told> told = new ArrayList<>();
        for (ServiceName service : services) {
            told.add(new Told.Forget(new Entity.OfService(service)));
            for (PlacedInstance placed : view.instancesOf(service)) {
                if (!placed.worker().equals(worker)) {
                    told.add(new Told.Forget(placed.instance().entity()));
                }
                if (store.load(placed.name()).isPresent()) {
                    told.add(new Told.ForgetLoad(placed.name()));
                }
            }
        }
        return told.stream()
                .<Output>map(what -> new Output.Tell(worker, what, false))
                .toList();
    }

    /** Who is told how busy the instances of the service are, besides their hosts. */
    Collection<String> wantLoads(ServiceName service) {
        return isByLoad(service) ? interests.workersOf(service) : List.of();
    }

    boolean isByLoad(ServiceName service) {
        return view.service(service)
                .filter(found -> found.value().serviceIps().stream().anyMatch(ip -> goesByLoad.test(ip.ipType())))
                .isPresent();
    }

    private static ServiceName service(RouteChange route) {
        return switch (route) {
            case RouteChange.ServiceRouted(var _, var service) -> service.name();
            case RouteChange.ServiceWithdrawn(var _, ServiceName service) -> service;
            case RouteChange.InstanceRouted(var _, var instance, var _) ->
                instance.name().service();
            case RouteChange.InstanceWithdrawn(var _, InstanceName instance) -> instance.service();
        };
    }
}
