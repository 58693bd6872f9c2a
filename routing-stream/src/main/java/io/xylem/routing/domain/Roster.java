package io.xylem.routing.domain;

import io.xylem.routing.domain.Output.Observation;
import io.xylem.routing.domain.Output.Observe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The workers of a realm: who is there by the allocator's word, who is heard, and what follows where the two differ. An
 * observation's id names the version under which the worker was found otherwise: once it is accepted there is another
 * version, so no two observations share an id and one that is repeated changes nothing.
 */
final class Roster {
    private record Standing(long version, boolean lost) {}

    private final FeedStore store;
    private final Liveness liveness;
    private final SortedMap<String, Standing> standings = new TreeMap<>();
    private final Map<String, Feed> feeds = new HashMap<>();

    /** Those of the broadcast: few or none where workers read what they want. */
    private final Set<String> followers = new HashSet<>();

    /** By worker, the version for which it was said; forgotten with the process, and then said again. */
    private final Map<String, Long> saidLost = new HashMap<>();

    private final Map<String, Long> saidBack = new HashMap<>();

    Roster(RoutingView view, FeedStore store, Liveness liveness) {
        this.store = store;
        this.liveness = liveness;
        view.workers().forEach(this::follow);
        store.heard().forEach((worker, feed) -> {
            reads(worker, feed);
            liveness.wasHeard(worker);
        });
    }

    private void follow(Versioned<Allocated.Worker> worker) {
        standings.put(
                worker.value().name(),
                new Standing(worker.version(), worker.value().lost()));
    }

    /** An older change than what is known is passed over. */
    void follow(AllocationChange change) {
        if (!(change.entity() instanceof Entity.OfWorker(String name))) {
            return;
        }
        Standing known = standings.get(name);
        if (known != null && known.version > change.version()) {
            return;
        }
        switch (change) {
            case AllocationChange.Given(long version, Allocated.Worker worker) ->
                follow(new Versioned<>(version, worker));
            case AllocationChange.Given _ -> throw new IllegalArgumentException("not a worker: " + change);
            case AllocationChange.TakenBack _ -> {
                standings.remove(name);
                forget(name);
            }
        }
    }

    private void reads(String worker, Feed feed) {
        feeds.put(worker, feed);
        if (feed == Feed.BROADCAST) {
            followers.add(worker);
        } else {
            followers.remove(worker);
        }
    }

    private void forget(String worker) {
        followers.remove(worker);
        liveness.forget(worker);
        saidLost.remove(worker);
        saidBack.remove(worker);
        if (feeds.remove(worker) != null) {
            store.dropHeard(worker);
        }
    }

    /**
     * A worker that has not joined yet, or has left, is passed over.
     *
     * @param feed empty: it said something else
     */
    List<Output> heard(String worker, Optional<Feed> feed, long atMs) {
        Standing standing = standings.get(worker);
        if (standing == null || (feed.isEmpty() && !liveness.isHeard(worker))) {
            return List.of();
        }
        feed.filter(next -> next != feeds.get(worker)).ifPresent(next -> {
            reads(worker, next);
            store.keepHeard(worker, next);
        });
        liveness.heard(worker, atMs);
        return standing.lost && !Long.valueOf(standing.version).equals(saidBack.put(worker, standing.version))
                ? List.of(new Observe(
                        "obs-" + worker + "-back-" + standing.version, atMs, new Observation.WorkerBack(worker)))
                : List.of();
    }

    List<Output> tick(long atMs) {
        List<Output> outputs = new ArrayList<>();
        for (String worker : liveness.tick(atMs, this::isLost)) {
            Standing standing = standings.get(worker);
            if (standing != null
                    && !standing.lost
                    && !Long.valueOf(standing.version).equals(saidLost.put(worker, standing.version))) {
                outputs.add(new Observe(
                        "obs-" + worker + "-lost-" + standing.version, atMs, new Observation.WorkerLost(worker)));
            }
        }
        return outputs;
    }

    boolean isThere(String worker) {
        return standings.containsKey(worker);
    }

    boolean isLost(String worker) {
        Standing standing = standings.get(worker);
        return standing != null && standing.lost;
    }

    /** There, not lost, and heard at some time. */
    boolean isLive(String worker) {
        Standing standing = standings.get(worker);
        return standing != null && !standing.lost && liveness.isHeard(worker);
    }

    /** The live ones of those, and if anything is broadcast, all live ones that follow the broadcast. */
    SortedSet<String> toWaitFor(SortedSet<String> concerned, boolean broadcast) {
        SortedSet<String> workers = new TreeSet<>();
        for (String worker : concerned) {
            if (feeds.get(worker) == Feed.INTEREST && isLive(worker)) {
                workers.add(worker);
            }
        }
        if (broadcast) {
            for (String worker : followers) {
                if (isLive(worker)) {
                    workers.add(worker);
                }
            }
        }
        return workers;
    }

    List<String> names() {
        return List.copyOf(standings.keySet());
    }

    Optional<Feed> feed(String worker) {
        return Optional.ofNullable(feeds.get(worker));
    }

    OptionalLong heardAtMs(String worker) {
        return liveness.heardAtMs(worker);
    }
}
