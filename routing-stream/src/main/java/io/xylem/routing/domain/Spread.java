package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Whom a route concerns, and what each learns of it: the workers that want its service, the worker that hosts the
 * instance, and the one that hosted it before. Who dropped the service a moment ago is told that it is over, since it may
 * have been told of it when the logs were read in another order.
 */
final class Spread {
    private final RoutingView view;
    private final FeedStore store;
    private final Interests interests;
    private final Departed departed;
    private final Predicate<String> goesByLoad;

    /** @param goesByLoad whether the policy of that name asks for the active flows of instances */
    Spread(RoutingView view, FeedStore store, Interests interests, Departed departed, Predicate<String> goesByLoad) {
        this.view = view;
        this.store = store;
        this.interests = interests;
        this.departed = departed;
        this.goesByLoad = goesByLoad;
    }

    /**
     * Who has to apply it.
     *
     * @param former where a withdrawn instance was
     */
    SortedSet<String> concerned(RouteChange route, Map<InstanceName, String> former) {
        TreeSet<String> workers = new TreeSet<>(interests.workersOf(route.ofService()));
        if (route.isWithdrawal()) {
            workers.addAll(interests.lateLeaversOf(route.ofService()));
        }
        if (route instanceof RouteChange.InstanceRouted(var _, var _, var host)) {
            workers.add(host.name());
        }
        formerHost(route, former).ifPresent(workers::add);
        return workers;
    }

    private static Optional<String> formerHost(RouteChange route, Map<InstanceName, String> former) {
        return route.entity() instanceof Entity.OfInstance(InstanceName instance)
                ? Optional.ofNullable(former.get(instance))
                : Optional.empty();
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
            SortedSet<String> concerned = concerned(route, former);
            for (String worker : concerned) {
                byWorker.computeIfAbsent(worker, _ -> new ArrayList<>()).addAll(told(worker, route, former));
            }
            for (String worker : interests.lateLeaversOf(route.ofService())) {
                if (!concerned.contains(worker)) {
                    byWorker.computeIfAbsent(worker, _ -> new ArrayList<>()).add(new Told.Forget(route.entity()));
                }
            }
        }
        List<Output> outputs = new ArrayList<>();
        for (int i = 0; i < routes.size(); i++) {
            outputs.add(new Output.Broadcast(routes.get(i), i < routes.size() - 1));
        }
        byWorker.forEach((worker, told) -> outputs.addAll(inOrder(worker, told)));
        return outputs;
    }

    private List<Told> told(String worker, RouteChange route, Map<InstanceName, String> former) {
        if (!sees(worker, route)) {
            return gone(route);
        }
        // With no interest yet, it was told of a withdrawal of this very version.
        boolean mayBeGone = interests.isRecent(worker)
                && formerHost(route, former).filter(worker::equals).isPresent();
        return mayBeGone
                ? List.of(new Told.Forget(route.entity()), new Told.Route(route))
                : List.of(new Told.Route(route));
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
        return interests.workersOf(route.ofService()).contains(worker)
                || (route instanceof RouteChange.InstanceRouted(var _, var _, var host)
                        && host.name().equals(worker));
    }

    /**
     * For a former host: withdrawn as of this version, which it has to confirm; then
     * forgotten, so that it takes the same version again when it asks for the service one day.
     */
    private static List<Told> gone(RouteChange route) {
        return List.of(
                new Told.Route(RouteChange.withdrawn(route.version(), route.entity())),
                new Told.Forget(route.entity()));
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
        departed.routesOf(service).stream()
                .filter(route -> !except.contains(route.entity()))
                .forEach(route -> told.addAll(gone(route)));
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
            departed.routesOf(service).forEach(route -> told.add(new Told.Forget(route.entity())));
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
}
