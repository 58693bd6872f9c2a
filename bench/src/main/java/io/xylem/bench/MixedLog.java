package io.xylem.bench;

import io.xylem.schemas.avro.DeploymentEvent;
import java.util.ArrayList;
import java.util.List;

/** The lives of instances, many at a time, in one realm after the other; one event in a few is refused. */
final class MixedLog {
    private static final int INSTANCES = 12_000;
    /** Instances that live at the same time. */
    private static final int AT_ONCE = 1_000;
    /** One instance in so many is asked for twice, the second time elsewhere. */
    private static final int REFUSED_EVERY = 7;

    private int realms;

    /** The next realm's, at most {@code limit}. */
    List<Log.Message> next(int limit) {
        Space space = new Space("mixed" + realms++, INSTANCES);
        List<DeploymentEvent> events = new ArrayList<>(space.preparation());
        for (int from = 0; from < INSTANCES && events.size() < limit; from += AT_ONCE) {
            lives(space, from, from + AT_ONCE, events);
        }
        return Log.messages(events.subList(0, Math.min(limit, events.size())));
    }

    private static void lives(Space space, int from, int to, List<DeploymentEvent> events) {
        events.addAll(space.instances(from, to));
        for (int n = from; n < to; n++) {
            events.add(space.readiness(n, true));
        }
        for (int n = from; n < to; n++) {
            if (n % REFUSED_EVERY == 0) {
                events.add(space.misplaced(n));
            } else {
                events.add(space.readiness(n, false));
            }
        }
        for (int n = from; n < to; n++) {
            events.add(space.removal(n));
        }
    }
}
