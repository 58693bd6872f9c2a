package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * What outlives the process of whom a realm's routes are told. A crash may keep any prefix of the writes, those of
 * {@link RoutingState} among them, but never a later one without an earlier one; except for open changes that are {@link
 * OpenChange#isRepeatable repeatable}: of those it may keep any since the last commit.
 */
public interface FeedStore {
    /** @param position of the report that said so */
    record Load(int flows, long position) {}

    /**
     * What an allocation took away of a service.
     *
     * @param addresses that it had and has no more; it may be there still, or again
     */
    record Ended(Entity entity, long version, SortedSet<String> addresses) {
        ServiceName service() {
            return entity.ofService().orElseThrow();
        }
    }

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

    void dropOpen(OpenChange change);

    List<Ended> ended();

    void keepEnded(Ended ended);

    void dropEnded(Entity entity);

    Optional<Load> load(InstanceName instance);

    void keepLoad(InstanceName instance, Load load);

    void dropLoad(InstanceName instance);
}
