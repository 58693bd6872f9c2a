package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

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

        boolean applied(String worker, long atMs) {
            if (!left.remove(worker)) {
                return false;
            }
            applied++;
            if (atMs >= appliedAtMs) {
                appliedAtMs = atMs;
                slowest = worker;
            }
            return true;
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
    private boolean recovered;
    private final Map<String, Long> appliedByWorker = new HashMap<>();

    /** What is done and still in the store; it may be read again. */
    private final Map<Long, OpenChange> done = new HashMap<>();

    private final Fading<Long> fading = new Fading<>();

    Convergence(FeedStore store) {
        this.store = store;
        store.open().forEach(change -> open.put(change.version(), new Open(change)));
    }

    /** As it is kept, or an empty one. */
    OpenChange of(long version, long eventAtMs) {
        Open known = open.get(version);
        return known == null ? done.getOrDefault(version, OpenChange.of(version, eventAtMs)) : known.change;
    }

    /** Those of earlier versions whose last part never came. */
    List<OpenChange> untoldBefore(long version) {
        return open.headMap(version).values().stream()
                .filter(earlier -> !earlier.change.told())
                .map(earlier -> earlier.change)
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
        open.put(change.version(), next);
        done.remove(change.version());
        fading.remove(change.version());
        if (change.matters()) {
            store.keepOpen(change);
        }
        if (open.size() > OPEN_CHANGES_MAX) {
            fade(open.pollFirstEntry().getValue().change);
        }
    }

    /** The change itself, if it waits for nobody. */
    List<Done> settle(long version) {
        Open entry = open.get(version);
        if (entry == null || !entry.change.told() || !entry.left.isEmpty()) {
            return List.of();
        }
        open.remove(version);
        if (entry.change.matters()) {
            fade(entry.change);
        }
        return List.of(new Done(
                version,
                entry.change.eventAtMs(),
                entry.appliedAtMs,
                entry.applied,
                entry.slowest,
                entry.change.withdrawn()));
    }

    private void fade(OpenChange change) {
        done.put(change.version(), change);
        fading.add(change.version());
    }

    /** @return what is done by it, oldest first */
    List<Done> applied(String worker, long version, long atMs) {
        Long before = appliedByWorker.put(worker, version);
        long after = before == null ? Long.MIN_VALUE : before;
        if (version <= after) {
            return List.of();
        }
        List<Long> heard = new ArrayList<>();
        open.subMap(after, false, version, true).forEach((number, entry) -> {
            if (entry.applied(worker, atMs)) {
                heard.add(number);
            }
        });
        return settle(heard);
    }

    /** The worker is lost or has left. @return what is done by it, oldest first */
    List<Done> forget(String worker) {
        appliedByWorker.remove(worker);
        List<Long> relieved = new ArrayList<>();
        open.forEach((number, entry) -> {
            if (entry.left.remove(worker)) {
                relieved.add(number);
            }
        });
        return settle(relieved);
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
        open.values().forEach(entry -> entry.left.removeIf(worker -> !isLive.test(worker)));
        return settle(List.copyOf(open.keySet()));
    }

    private List<Done> settle(List<Long> versions) {
        return versions.stream().flatMap(version -> settle(version).stream()).toList();
    }

    OptionalLong appliedBy(String worker) {
        Long version = appliedByWorker.get(worker);
        return version == null ? OptionalLong.empty() : OptionalLong.of(version);
    }

    /** By worker, the changes that wait for it, oldest first. */
    Map<String, List<OpenChange>> behind() {
        Map<String, List<OpenChange>> behind = new HashMap<>();
        for (Open entry : open.values()) {
            entry.left.forEach(worker ->
                    behind.computeIfAbsent(worker, _ -> new ArrayList<>()).add(entry.change));
        }
        return behind;
    }

    int size() {
        return open.size();
    }

    /** As {@link Interests#sweep}. */
    void sweep() {
        for (long version : fading.sweep()) {
            done.remove(version);
            store.dropOpen(version);
        }
    }
}
