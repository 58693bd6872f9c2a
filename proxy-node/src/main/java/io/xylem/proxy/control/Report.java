package io.xylem.proxy.control;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import java.util.Optional;

/**
 * That an instance of this worker can or can't serve. It is said until the route shows that it was heard, or that it is
 * no more ours to say.
 *
 * @param version of the route under which the worker hosts the instance
 */
record Report(InstanceName instance, boolean ready, String reason, long version) {
    static Report ready(InstanceAt placed) {
        return new Report(placed.instance(), true, "", placed.version());
    }

    static Report unready(InstanceAt placed, String reason) {
        return new Report(placed.instance(), false, reason, placed.version());
    }

    /** What is still to be said when the route is this. */
    Optional<Report> outstanding(Optional<InstanceAt> route, String worker) {
        return route.filter(at -> at.worker().equals(worker)).flatMap(at -> {
            boolean heard = ready
                    ? switch (at.state()) {
                        case READY, DRAINING -> true;
                        // Somebody said so after us, and knows better.
                        case UNREADY -> at.version() > version;
                        case SCHEDULED -> false;
                    }
                    : at.state() != InstanceState.READY || at.version() > version;
            return heard
                    ? Optional.empty()
                    // A route may be issued again for other reasons, e.g. because its worker moved.
                    : Optional.of(new Report(instance, ready, reason, Math.max(version, at.version())));
        });
    }
}
