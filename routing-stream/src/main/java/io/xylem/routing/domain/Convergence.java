package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which workers have not applied which changes yet. A change is done when each worker that it waits for has said that it
 * has applied that version or a later one; a worker that is lost or has left is not waited for.
 *
 * <p>What workers said is not kept: after a restart the open changes wait until each has said it once more.
 */
public final class Convergence {
    /** Beyond it the oldest changes are given up: they are never confirmed, and their addresses rest the full time. */
    static final int OPEN_CHANGES_MAX = 65_536;

    private static final class Open {
        final OpenChange change;
        final Set<String> left;
        int applied;
        long appliedAtMs;
        String slowest = "";

        Open(OpenChange change) {
            this.change = change;
            this.left = new TreeSet<>(change.waiting());
            this.appliedAtMs = change.eventAtMs();
        }

        void applied(String worker, long atMs) {
            if (left.remove(worker)) {
                applied++;
                if (atMs >= appliedAtMs) {
                    appliedAtMs = atMs;
                    slowest = worker;
                }
            }
        }
    }

    /** @param workers that applied it; {@code slowest} is the last of them, empty if there was none */
    public record Done(
            long version,
            long eventAtMs,
            long appliedAtMs,
            int workers,
            String slowest,
            SortedSet<InstanceName> withdrawn) {}

    private final FeedStore store;
    private final NavigableMap<Long, Open> open = new TreeMap<>();

    /** By worker, the versions that wait for it: there may be thousands that don't. */
    private final Map<String, NavigableSet<Long>> waitingFor = new HashMap<>();

    private final NavigableSet<Long> untold = new TreeSet<>();
    private boolean recovered;
    private final Map<String, Long> appliedByWorker = new HashMap<>();

    /** What is done and still in the store; it may be read again. */
    private final Map<Long, OpenChange> done = new HashMap<>();

    private final Fading<Long> fading = new Fading<>();

    Convergence(FeedStore store) {
        this.store = store;
        store.open().forEach(change -> put(new Open(change)));
    }

    /** As it is kept, or an empty one. */
    OpenChange of(long version, long eventAtMs) {
        Open known = open.get(version);
        return known == null ? done.getOrDefault(version, OpenChange.of(version, eventAtMs)) : known.change;
    }

    /** Those of earlier versions whose last part never came. */
    List<OpenChange> untoldBefore(long version) {
        return untold.headSet(version).stream()
                .flatMap(earlier -> Stream.ofNullable(open.get(earlier)))
                .map(entry -> entry.change)
                .toList();
    }

    /** Before the state changes, so that a crash in between leaves what is to be said again. */
    void keep(OpenChange change) {
        Open next = new Open(change);
        for (String worker : change.waiting()) {
            if (appliedByWorker.getOrDefault(worker, Long.MIN_VALUE) >= change.version()) {
                next.applied(worker, change.eventAtMs());
            }
        }
        put(next);
        done.remove(change.version());
        fading.remove(change.version());
        if (change.matters()) {
            store.keepOpen(change);
        }
        if (open.size() > OPEN_CHANGES_MAX) {
            Open oldest = open.values().iterator().next();
            remove(oldest);
            end(oldest.change);
        }
    }

    private void put(Open entry) {
        long version = entry.change.version();
        Open known = open.get(version);
        if (known != null) {
            remove(known);
        }
        open.put(version, entry);
        entry.left.forEach(worker ->
                waitingFor.computeIfAbsent(worker, _ -> new TreeSet<>()).add(version));
        if (!entry.change.told()) {
            untold.add(version);
        }
    }

    private void remove(Open entry) {
        long version = entry.change.version();
        open.remove(version);
        entry.left.forEach(worker -> waitsNoMore(worker, version));
        untold.remove(version);
    }

    private void waitsNoMore(String worker, long version) {
        waitingFor.computeIfPresent(worker, (_, versions) -> {
            versions.remove(version);
            return versions.isEmpty() ? null : versions;
        });
    }

    List<Done> settle(long version) {
        Open entry = open.get(version);
        if (entry == null || !entry.change.told() || !entry.left.isEmpty()) {
            return List.of();
        }
        remove(entry);
        end(entry.change);
        return List.of(new Done(
                version,
                entry.change.eventAtMs(),
                entry.appliedAtMs,
                entry.applied,
                entry.slowest,
                entry.change.withdrawn()));
    }

    /** What can't be had again is remembered for a while: its record may be read again. */
    private void end(OpenChange change) {
        if (!change.matters()) {
            return;
        }
        if (change.isRepeatable()) {
            store.dropOpen(change);
        } else {
            done.put(change.version(), change);
            fading.add(change.version());
        }
    }

    /** @return what is done by it, oldest first */
    List<Done> applied(String worker, long version, long atMs) {
        appliedByWorker.put(worker, version);
        NavigableSet<Long> waiting = waitingFor.get(worker);
        if (waiting == null || waiting.first() > version) {
            return List.of();
        }
        List<Long> heard = new ArrayList<>();
        for (Iterator<Long> each = waiting.iterator(); each.hasNext(); ) {
            long number = each.next();
            if (number > version) {
                break;
            }
            each.remove();
            heard.add(number);
            Open entry = open.get(number);
            if (entry != null) {
                entry.applied(worker, atMs);
            }
        }
        if (waiting.isEmpty()) {
            waitingFor.remove(worker);
        }
        return settle(heard);
    }

    /** The worker is lost or has left. @return what is done by it, oldest first */
    List<Done> forget(String worker) {
        appliedByWorker.remove(worker);
        return settle(giveUp(worker));
    }

    private List<Long> giveUp(String worker) {
        List<Long> relieved = List.copyOf(waitingFor(worker));
        for (long number : relieved) {
            Stream.ofNullable(open.get(number)).forEach(entry -> entry.left.remove(worker));
        }
        waitingFor.remove(worker);
        return relieved;
    }

    /**
     * Waits no more for whoever is not live: what a former process knew of that is not kept. Once, as soon as something
     * can be said.
     *
     * @return what is done by it, oldest first
     */
    List<Done> recover(Predicate<String> isLive) {
        if (recovered) {
            return List.of();
        }
        recovered = true;
        for (String worker : List.copyOf(waitingFor.keySet())) {
            if (!isLive.test(worker)) {
                List<Long> _ = giveUp(worker);
            }
        }
        return settle(List.copyOf(open.keySet()));
    }

    private List<Done> settle(List<Long> versions) {
        List<Done> dones = new ArrayList<>();
        versions.forEach(version -> dones.addAll(settle(version)));
        return dones;
    }

    OptionalLong appliedBy(String worker) {
        Long version = appliedByWorker.get(worker);
        return version == null ? OptionalLong.empty() : OptionalLong.of(version);
    }

    /** The versions that wait for the worker. */
    NavigableSet<Long> waitingFor(String worker) {
        return waitingFor.getOrDefault(worker, Collections.emptyNavigableSet());
    }

    /** The first of them. */
    Optional<OpenChange> oldestFor(String worker) {
        return waitingFor(worker).stream()
                .findFirst()
                .flatMap(version -> Optional.ofNullable(open.get(version)))
                .map(entry -> entry.change);
    }

    int size() {
        return open.size();
    }

    /** As {@link Interests#sweep}. */
    void sweep() {
        for (long version : fading.sweep()) {
            Stream.ofNullable(done.remove(version)).forEach(store::dropOpen);
        }
    }
}
