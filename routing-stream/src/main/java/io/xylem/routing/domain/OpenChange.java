package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A change that not every worker concerned has applied yet, or whose records may not have been written for good.
 *
 * @param eventAtMs when its event came into the log
 * @param waiting the live workers that it concerned when it was told
 * @param withdrawn the instances that it took from where they were
 * @param former where those had been: the state does not know it any more when the change is read again
 * @param held what it changed while more of it was to come; told with its last part
 * @param told whether the last part has come
 */
public record OpenChange(
        long version,
        long eventAtMs,
        SortedSet<String> waiting,
        SortedSet<InstanceName> withdrawn,
        SortedMap<InstanceName, String> former,
        List<Entity> held,
        boolean told) {
    static OpenChange of(long version, long eventAtMs) {
        return new OpenChange(version, eventAtMs, new TreeSet<>(), new TreeSet<>(), new TreeMap<>(), List.of(), false);
    }

    OpenChange withdrawing(InstanceName instance, String worker) {
        SortedMap<InstanceName, String> places = new TreeMap<>(former);
        places.put(instance, worker);
        return new OpenChange(
                version, eventAtMs, waiting, Wanted.union(withdrawn, Set.of(instance)), places, held, told);
    }

    OpenChange holding(Entity entity) {
        List<Entity> more = new ArrayList<>(held);
        if (!more.contains(entity)) {
            more.add(entity);
        }
        return new OpenChange(version, eventAtMs, waiting, withdrawn, former, List.copyOf(more), false);
    }

    /** The last part has come. */
    OpenChange tellingTo(SortedSet<String> workers) {
        return new OpenChange(version, eventAtMs, Wanted.union(waiting, workers), withdrawn, former, held, true);
    }

    /** Whether all of it can be had again by reading its record again: what it takes away, or waits for, can't. */
    public boolean isRepeatable() {
        return told && withdrawn.isEmpty() && held.isEmpty();
    }

    /** Whether a process that starts again must know of it. */
    boolean matters() {
        return !waiting.isEmpty() || !withdrawn.isEmpty() || !held.isEmpty();
    }
}
