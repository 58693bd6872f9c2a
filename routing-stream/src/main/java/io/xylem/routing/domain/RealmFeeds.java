package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One realm: what is allocated and what its workers say comes in, what is to be said goes out. All that it remembers can
 * be had again from its two stores, except what workers say again anyway.
 *
 * <pre>
 *  allocated ──► AllocationDecider ─► Spread ─────────────► routes to all, and to each worker concerned
 *  declared  ──► Interests ─────────► Spread                      │ waits for
 *  heartbeat ──► Liveness, Convergence ◄────────────────────── OpenChange ─► converged, withdrawal confirmed
 *  tick      ──► Liveness ─► worker lost
 * </pre>
 */
public final class RealmFeeds {
    private final RoutingState state;
    private final FeedStore store;
    private final Roster roster;
    private final Interests interests;
    private final Convergence convergence;
    private final Departed departed;
    private final Questions questions;
    private final Spread spread;

    /** @param goesByLoad whether the policy of that name asks for the active flows of instances */
    public RealmFeeds(RoutingState state, FeedStore store, Patience patience, Predicate<String> goesByLoad) {
        this.state = state;
        this.store = store;
        roster = new Roster(state, store, new Liveness(patience));
        interests = new Interests(store);
        convergence = new Convergence(store);
        departed = new Departed(state, store);
        questions = new Questions(state, interests);
        spread = new Spread(state, store, interests, departed, goesByLoad);
    }

    public RoutingView view() {
        return state;
    }

    /**
     * @param eventAtMs when the event came into the log
     * @param more other changes of the same version follow: they are told together
     */
    public List<Output> allocated(AllocationChange change, long eventAtMs, boolean more) {
        List<Output> outputs = new ArrayList<>();
        for (OpenChange earlier : convergence.untoldBefore(change.version())) {
            OpenChange complete = telling(earlier, List.of(), new TreeSet<>());
            convergence.keep(complete);
            outputs.addAll(tell(complete, List.of(), Map.of()));
        }
        AllocationDecider.Decision decision = AllocationDecider.decide(state, change);
        OpenChange open = withdrawing(convergence.of(change.version(), eventAtMs), change, decision);
        Map<String, Interests.News> asked = questions.answered(change);
        if (decision.news()) {
            departed.follow(change);
        }
        roster.follow(change);
        open = more ? open.holding(change.entity()) : telling(open, decision.routes(), new TreeSet<>(asked.keySet()));
        convergence.keep(open);
        outputs.addAll(goneLoads(change));
        if (decision.news()) {
            AllocationApplier.apply(state, change);
        }
        asked.forEach((worker, news) -> news.gained().forEach(service -> interests.resolve(worker, service)));
        if (!more) {
            outputs.addAll(tell(open, decision.routes(), asked));
        }
        for (String worker : questions.tooLate(change)) {
            outputs.addAll(
                    spread.forget(worker, change.entity().ofService().stream().toList()));
        }
        outputs.addAll(bereft(change));
        return outputs;
    }

    /** What an instance leaves must be told to the worker where it was, and is confirmed one day. */
    private OpenChange withdrawing(OpenChange open, AllocationChange change, AllocationDecider.Decision decision) {
        if (!decision.news() || !(change.entity() instanceof Entity.OfInstance(InstanceName name))) {
            return open;
        }
        Optional<PlacedInstance> before = state.instance(name);
        if (before.isEmpty()) {
            return open;
        }
        String worker = before.get().worker();
        boolean stays = change instanceof AllocationChange.Given(var _, Allocated.Instance next)
                && next.worker().equals(worker);
        return stays ? open : open.withdrawing(name, worker);
    }

    /** @param concerned besides those whom the routes concern */
    private OpenChange telling(OpenChange open, List<RouteChange> last, SortedSet<String> concerned) {
        List<RouteChange> routes = routes(open, last);
        for (RouteChange route : routes) {
            concerned.addAll(spread.concerned(route, open.former()));
        }
        return open.tellingTo(roster.toWaitFor(concerned, !routes.isEmpty()));
    }

    private List<RouteChange> routes(OpenChange open, List<RouteChange> last) {
        return Stream.concat(
                        open.held().stream().flatMap(entity -> AllocationDecider.current(state, entity).stream()),
                        last.stream())
                .toList();
    }

    private List<Output> tell(OpenChange open, List<RouteChange> last, Map<String, Interests.News> asked) {
        List<RouteChange> routes = routes(open, last);
        List<Output> outputs = new ArrayList<>(spread.told(routes, open.former(), asked));
        outputs.addAll(converged(convergence.settle(open.version())));
        return outputs;
    }

    private List<Output> goneLoads(AllocationChange change) {
        if (!(change instanceof AllocationChange.TakenBack(var _, Entity.OfInstance(InstanceName name)))
                || store.load(name).isEmpty()) {
            return List.of();
        }
        store.dropLoad(name);
        return spread.wantLoads(name.service()).stream()
                .<Output>map(worker -> new Output.Tell(worker, new Told.ForgetLoad(name), false))
                .toList();
    }

    /** What follows from a worker's being lost or gone, once that is known. */
    private List<Output> bereft(AllocationChange change) {
        if (!(change.entity() instanceof Entity.OfWorker(String worker))) {
            return List.of();
        }
        List<Output> outputs = new ArrayList<>();
        if (!roster.isLive(worker)) {
            outputs.addAll(converged(convergence.forget(worker)));
        }
        if (change instanceof AllocationChange.TakenBack) {
            if (!roster.isThere(worker)) { // or this is read again, and it has come back since
                interests.leave(worker);
            }
            Interests.News news = interests.over(worker);
            outputs.addAll(spread.answer(worker, news, false));
            outputs.addAll(spread.forget(worker, news.ended()));
        }
        return outputs;
    }

    public List<Output> heartbeat(String worker, long applied, Feed feed, long atMs) {
        List<Output> outputs = new ArrayList<>(roster.heard(worker, Optional.of(feed), atMs));
        if (roster.isLive(worker)) {
            outputs.addAll(converged(convergence.applied(worker, applied, atMs)));
        }
        return outputs;
    }

    /** The worker said something else than a heartbeat. */
    public List<Output> heard(String worker, long atMs) {
        return roster.heard(worker, Optional.empty(), atMs);
    }

    /** @param position of the declaration in the log of statuses */
    public List<Output> declared(
            String worker, SortedSet<ServiceName> services, SortedSet<String> addresses, long position) {
        Interests.News news =
                interests.declare(worker, services, addresses, position, state::serviceAt, departed::ownersOf);
        boolean more = !convergence.untoldBefore(Long.MAX_VALUE).isEmpty();
        List<Output> outputs = new ArrayList<>(spread.forget(worker, news.ended()));
        outputs.addAll(spread.answer(worker, news, more));
        return outputs;
    }

    /** @param position of the report in the log of statuses */
    public List<Output> loads(String worker, Map<InstanceName, Integer> flows, long position) {
        List<Output> outputs = new ArrayList<>();
        flows.forEach((instance, count) -> {
            Optional<Verdict.Refused> refusal = ReportJudge.refusal(state, worker, instance);
            if (refusal.isPresent()) {
                outputs.add(new Output.Disbelieved(refusal.get()));
            } else if (spread.isByLoad(instance.service())) {
                outputs.addAll(load(state.instance(instance).orElseThrow(), count, position));
            }
        });
        return outputs;
    }

    private List<Output> load(PlacedInstance placed, int flows, long position) {
        Optional<FeedStore.Load> known = store.load(placed.name());
        boolean again = known.isPresent() && position <= known.get().position();
        if (!again && known.isPresent() && known.get().flows() == flows) {
            return List.of();
        }
        store.keepLoad(placed.name(), new FeedStore.Load(flows, position));
        return spread.wantLoads(placed.name().service()).stream()
                .filter(worker -> !worker.equals(placed.worker()))
                .<Output>map(
                        worker -> new Output.Tell(worker, new Told.Load(placed.version(), placed.name(), flows), false))
                .toList();
    }

    /** @param atMs when the tick came into the log */
    public List<Output> tick(long atMs) {
        List<Output> outputs = new ArrayList<>(converged(convergence.recover(roster::isLive)));
        outputs.addAll(roster.tick(atMs));
        return outputs;
    }

    /** Call it now and then, with a commit in between at least: what was said before the last but one call is said. */
    public void sweep() {
        interests.sweep();
        departed.sweep();
        convergence.sweep();
    }

    private static List<Output> converged(List<Convergence.Done> dones) {
        List<Output> outputs = new ArrayList<>();
        for (Convergence.Done done : dones) {
            outputs.add(new Output.Converged(done));
            for (InstanceName instance : done.withdrawn()) {
                outputs.add(new Output.Observe(
                        "obs-confirmed-" + instance.service() + "-" + instance.number() + "-" + done.version(),
                        done.appliedAtMs(),
                        new Output.Observation.WithdrawalConfirmed(instance, done.version())));
            }
        }
        return outputs;
    }

    /** The realm's workers as they are, by name. */
    public List<WorkerState> workers() {
        return roster.names().stream().map(this::state).toList();
    }

    private WorkerState state(String worker) {
        Optional<OpenChange> oldest = convergence.oldestFor(worker);
        return new WorkerState(
                worker,
                roster.feed(worker),
                roster.isLost(worker),
                convergence.appliedBy(worker),
                roster.heardAtMs(worker),
                convergence.waitingFor(worker).size(),
                oldest.stream().mapToLong(OpenChange::version).findFirst(),
                oldest.stream().mapToLong(OpenChange::eventAtMs).findFirst(),
                interests.of(worker).all().size());
    }

    /** How many changes are waited for. */
    public int openChanges() {
        return convergence.size();
    }
}
