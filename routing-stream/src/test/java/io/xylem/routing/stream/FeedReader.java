package io.xylem.routing.stream;

import io.xylem.routing.domain.Entity;
import io.xylem.routing.domain.Output;
import io.xylem.routing.domain.RouteChange;
import io.xylem.routing.domain.Told;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A worker's partition and the reader of it, who folds as a proxy does: of each key the newest version. */
final class FeedReader {
    final List<Output.Tell> log = new ArrayList<>();
    private final Map<Entity, RouteChange> newest = new HashMap<>();
    private int position;
    private long applied = -1;

    void append(Output.Tell tell) {
        log.add(tell);
    }

    void read(int records) {
        for (int end = Math.min(log.size(), position + records); position < end; position++) {
            Output.Tell next = log.get(position);
            switch (next.what()) {
                case Told.Route(RouteChange change) -> {
                    newest.merge(
                            change.entity(), change, (known, come) -> come.version() > known.version() ? come : known);
                    applied = next.more() ? applied : Math.max(applied, change.version());
                }
                case Told.Forget(Entity entity) -> newest.remove(entity);
                case Told.Load _, Told.Unknown _, Told.ForgetLoad _, Told.ForgetAddress _ -> {}
            }
        }
    }

    void readAll() {
        read(log.size());
    }

    /** A crash of the writer takes away what was not written for good, and nobody had read it. */
    void loseFrom(int end) {
        log.subList(Math.max(position, end), log.size()).clear();
    }

    long applied() {
        return applied;
    }

    int position() {
        return position;
    }

    /** What the worker sees. */
    Map<Entity, RouteChange> routes() {
        return newest.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof RouteChange.ServiceRouted
                        || entry.getValue() instanceof RouteChange.InstanceRouted)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }
}
