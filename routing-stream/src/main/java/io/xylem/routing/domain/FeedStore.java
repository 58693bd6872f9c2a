package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What outlives the process of whom a realm's routes are told. A crash may keep any prefix of the writes, those of
 * {@link RoutingState} among them, but never a later one without an earlier one.
 */
public interface FeedStore {
    /** @param position of the report that said so */
    record Load(int flows, long position) {}

    /** By worker. */
    Map<String, Wanted> wanted();

    void keepWanted(String worker, Wanted wanted);

    void dropWanted(String worker);

    /** The workers that were ever heard, and where they read their routes. */
    Map<String, Feed> heard();

    void keepHeard(String worker, Feed feed);

    void dropHeard(String worker);

    List<OpenChange> open();

    void keepOpen(OpenChange change);

    void dropOpen(long version);

    Optional<Load> load(InstanceName instance);

    void keepLoad(InstanceName instance, Load load);

    void dropLoad(InstanceName instance);
}
