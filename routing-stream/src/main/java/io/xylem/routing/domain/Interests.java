package io.xylem.routing.domain;

import io.xylem.model.ServiceName;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Which workers of a realm want to hear of which services. Says what a declaration changes; a declaration that only
 * repeats what was said changes nothing, and one that is <em>read</em> again is answered in full, because the answers
 * may have been lost with the process that kept it.
 */
final class Interests {
    private final FeedStore store;
    private final Map<String, Wanted> byWorker = new HashMap<>();
    private final Map<ServiceName, NavigableSet<String>> workersByService = new HashMap<>();
    private final Map<String, NavigableSet<String>> workersByAddress = new HashMap<>();
    private final Map<ServiceName, NavigableSet<String>> leaversByService = new HashMap<>();
    private final Map<String, NavigableSet<String>> leaversByAddress = new HashMap<>();

    /** Workers whose interests changed. */
    private final Fading<String> recent = new Fading<>();

    /**
     * @param gained services to be told in full
     * @param ended services to be forgotten
     * @param unknown addresses that nobody has now
     * @param answered addresses of which no more is to be said
     */
    record News(
            SortedSet<ServiceName> gained,
            SortedSet<ServiceName> ended,
            SortedSet<String> unknown,
            SortedSet<String> answered) {
        static final News NONE = new News(new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
    }

    Interests(FeedStore store) {
        this.store = store;
        store.wanted().forEach((worker, wanted) -> {
            index(worker, Wanted.NOTHING, wanted);
            recent.add(worker);
        });
    }

    /** Read in another order, the logs may say that it wanted something else when something was allocated. */
    boolean isRecent(String worker) {
        return recent.contains(worker);
    }

    Wanted of(String worker) {
        return byWorker.getOrDefault(worker, Wanted.NOTHING);
    }

    /** In the order of their names. */
    Collection<String> workersOf(ServiceName service) {
        return workersByService.getOrDefault(service, Collections.emptyNavigableSet());
    }

    /**
     * Who dropped the service a moment ago: what it was told until then may be read after that, and only now be known to
     * whoever reads the logs again.
     */
    Collection<String> lateLeaversOf(ServiceName service) {
        return leaversByService.getOrDefault(service, Collections.emptyNavigableSet());
    }

    /**
     * @param owner of an address, if it has one
     * @param formerOwners of an address, of a moment ago
     */
    News declare(
            String worker,
            SortedSet<ServiceName> services,
            SortedSet<String> addresses,
            long position,
            Function<String, Optional<ServiceName>> owner,
            Function<String, Set<ServiceName>> formerOwners) {
        Wanted known = of(worker);
        boolean again = position <= known.position();
        if (!again && known.declares(services, addresses)) {
            return News.NONE;
        }
        SortedSet<ServiceName> resolved = new TreeSet<>();
        SortedSet<ServiceName> former = new TreeSet<>();
        SortedSet<String> unknown = new TreeSet<>();
        for (String address : addresses) {
            former.addAll(formerOwners.apply(address));
            Optional<ServiceName> service = owner.apply(address);
            if (service.isPresent()) {
                resolved.add(service.get());
            } else {
                unknown.add(address);
            }
        }
        SortedSet<ServiceName> all = Wanted.union(services, resolved);
        SortedSet<ServiceName> before = known.all();
        former.removeAll(all);
        SortedSet<ServiceName> ended = Wanted.union(Wanted.minus(before, all), former);
        SortedSet<ServiceName> dropped = Wanted.union(Wanted.minus(known.dropped(), all), ended);
        SortedSet<String> still = new TreeSet<>(addresses);
        still.retainAll(known.addresses());
        SortedSet<String> everAsked = Wanted.union(known.addresses(), addresses);
        SortedSet<String> droppedAddresses =
                Wanted.minus(Wanted.union(known.droppedAddresses(), known.addresses()), addresses);
        change(worker, new Wanted(position, services, addresses, resolved, dropped, droppedAddresses));
        return again
                ? new News(all, dropped, unknown, Wanted.minus(everAsked, unknown))
                : new News(
                        Wanted.minus(all, before),
                        ended,
                        Wanted.minus(unknown, known.addresses()),
                        // Those of an owner too: they may have had none when this was read before.
                        Wanted.minus(everAsked, Wanted.union(unknown, still)));
    }

    /** The worker is gone from the realm. */
    void leave(String worker) {
        Wanted known = of(worker);
        if (!known.isNothing()) {
            change(
                    worker,
                    new Wanted(
                            known.position(),
                            new TreeSet<>(),
                            new TreeSet<>(),
                            new TreeSet<>(),
                            Wanted.union(known.dropped(), known.all()),
                            Wanted.union(known.droppedAddresses(), known.addresses())));
        }
    }

    /** What the worker wanted until a moment ago. */
    News over(String worker) {
        Wanted known = of(worker);
        return new News(new TreeSet<>(), known.dropped(), new TreeSet<>(), known.droppedAddresses());
    }

    /**
     * Who asked for one of the addresses, which are now the service's.
     *
     * @param again also those who were told of the service already
     */
    SortedSet<String> askers(Collection<String> addresses, ServiceName service, boolean again) {
        SortedSet<String> askers = new TreeSet<>();
        for (String address : addresses) {
            for (String worker : workersByAddress.getOrDefault(address, Collections.emptyNavigableSet())) {
                if (again || !of(worker).all().contains(service)) {
                    askers.add(worker);
                }
            }
        }
        return askers;
    }

    /**
     * Who asked for one of the addresses until a moment ago, and may have been told of the service.
     *
     * @return who is to forget it
     */
    SortedSet<String> lateAskers(Collection<String> addresses, ServiceName service) {
        SortedSet<String> askers = new TreeSet<>();
        for (String address : addresses) {
            askers.addAll(leaversByAddress.getOrDefault(address, Collections.emptyNavigableSet()));
        }
        askers.removeIf(worker -> of(worker).all().contains(service));
        askers.forEach(worker -> change(worker, of(worker).dropping(service)));
        return askers;
    }

    void resolve(String worker, ServiceName service) {
        Wanted known = of(worker);
        if (!known.resolved().contains(service)) {
            change(worker, known.resolving(service));
        }
    }

    /** Call it now and then, with a commit in between at least: what was said before the last but one call is said. */
    void sweep() {
        for (String worker : recent.sweep()) {
            if (!of(worker).hasDropped()) {
                continue;
            }
            Wanted settled = of(worker).withoutDropped();
            index(worker, of(worker), settled);
            keep(worker, settled);
        }
    }

    private void change(String worker, Wanted next) {
        index(worker, of(worker), next);
        keep(worker, next);
        recent.add(worker);
    }

    private void keep(String worker, Wanted wanted) {
        if (wanted.isNothing()) {
            byWorker.remove(worker);
            store.dropWanted(worker);
        } else {
            store.keepWanted(worker, wanted);
        }
    }

    private void index(String worker, Wanted before, Wanted next) {
        byWorker.put(worker, next);
        update(workersByService, worker, before.all(), next.all());
        update(workersByAddress, worker, before.addresses(), next.addresses());
        update(leaversByService, worker, before.dropped(), next.dropped());
        update(leaversByAddress, worker, before.droppedAddresses(), next.droppedAddresses());
    }

    private static <K extends Comparable<K>> void update(
            Map<K, NavigableSet<String>> index, String worker, SortedSet<K> before, SortedSet<K> next) {
        for (K gone : Wanted.minus(before, next)) {
            index.computeIfPresent(gone, (_, workers) -> {
                workers.remove(worker);
                return workers.isEmpty() ? null : workers;
            });
        }
        for (K come : Wanted.minus(next, before)) {
            index.computeIfAbsent(come, _ -> new TreeSet<>()).add(worker);
        }
    }
}
