package io.xylem.routing.domain;

import io.xylem.model.ServiceName;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

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

    /** Workers with dropped services, since the last sweep and since the one before. */
    private Set<String> young = new HashSet<>();

    private Set<String> old = new HashSet<>();

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
            if (!wanted.dropped().isEmpty()) {
                young.add(worker);
            }
        });
    }

    Wanted of(String worker) {
        return byWorker.getOrDefault(worker, Wanted.NOTHING);
    }

    /** In the order of their names. */
    Collection<String> workersOf(ServiceName service) {
        return workersByService.getOrDefault(service, Collections.emptyNavigableSet());
    }

    /** Who dropped the service a moment ago: it may have been read before what it was told until then. */
    Collection<String> lateLeaversOf(ServiceName service) {
        return Stream.concat(young.stream(), old.stream())
                .filter(worker -> of(worker).dropped().contains(service))
                .toList();
    }

    /** @param owner of an address, if it has one */
    News declare(
            String worker,
            SortedSet<ServiceName> services,
            SortedSet<String> addresses,
            long position,
            Function<String, Optional<ServiceName>> owner) {
        Wanted known = of(worker);
        boolean again = position <= known.position();
        if (!again && known.declares(services, addresses)) {
            return News.NONE;
        }
        SortedSet<ServiceName> resolved = new TreeSet<>();
        SortedSet<String> unknown = new TreeSet<>();
        for (String address : addresses) {
            Optional<ServiceName> service = owner.apply(address);
            if (service.isPresent()) {
                resolved.add(service.get());
            } else {
                unknown.add(address);
            }
        }
        SortedSet<ServiceName> all = Wanted.union(services, resolved);
        SortedSet<ServiceName> before = known.all();
        SortedSet<ServiceName> dropped = Wanted.minus(Wanted.union(known.dropped(), before), all);
        change(worker, new Wanted(position, services, addresses, resolved, dropped));
        return again
                ? new News(all, dropped, unknown, Wanted.minus(Wanted.union(known.addresses(), addresses), unknown))
                : new News(
                        Wanted.minus(all, before),
                        Wanted.minus(before, all),
                        Wanted.minus(unknown, known.addresses()),
                        Wanted.minus(known.addresses(), addresses));
    }

    /** The worker is gone from the realm. @return services and addresses that are to be forgotten */
    News leave(String worker) {
        Wanted known = of(worker);
        SortedSet<ServiceName> dropped = Wanted.union(known.dropped(), known.all());
        if (known.isNothing()) {
            return News.NONE;
        }
        change(worker, new Wanted(known.position(), new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), dropped));
        return new News(new TreeSet<>(), dropped, new TreeSet<>(), known.addresses());
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

    void resolve(String worker, ServiceName service) {
        Wanted known = of(worker);
        if (!known.resolved().contains(service)) {
            change(worker, known.resolving(service));
        }
    }

    /** Call it now and then, with a commit in between at least: what was said before the last but one call is said. */
    void sweep() {
        for (String worker : old) {
            if (!young.contains(worker)) {
                Wanted settled = of(worker).withoutDropped();
                index(worker, of(worker), settled);
                keep(worker, settled);
            }
        }
        old = young;
        young = new HashSet<>();
    }

    private void change(String worker, Wanted next) {
        index(worker, of(worker), next);
        keep(worker, next);
        if (!next.dropped().isEmpty()) {
            young.add(worker);
        }
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
