package io.xylem.routing.stream;

import io.xylem.routing.domain.WorkerState;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Predicate;

/** How far each worker was at the last beat; posted by the stream threads, read by any. */
public final class WorkerBoard {
    private final ConcurrentMap<String, List<WorkerState>> byRealm = new ConcurrentHashMap<>();

    void post(String realm, List<WorkerState> workers) {
        byRealm.put(realm, workers);
    }

    void remove(String realm) {
        byRealm.remove(realm);
    }

    /** By name; empty for a realm that is not here. */
    public List<WorkerState> workers(String realm) {
        return byRealm.getOrDefault(realm, List.of());
    }

    /** Of all realms. */
    public long count(Predicate<WorkerState> which) {
        return byRealm.values().stream().flatMap(List::stream).filter(which).count();
    }
}
