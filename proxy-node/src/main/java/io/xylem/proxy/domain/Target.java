package io.xylem.proxy.domain;

import io.xylem.balancing.Candidate;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv6;

/**
 * An instance as packets need it: its route, whether it is on this worker, and the outer address of its worker (as in
 * {@link Addresses}).
 *
 * @param usable whether a service IP may choose it for a new flow
 */
public record Target(
        RouteUpdate.InstanceAt route,
        boolean local,
        boolean usable,
        long peerHigh,
        long peerLow,
        Candidate candidate,
        Usage usage)
        implements Verdict.Outbound {
    /** @param usage the one of its service */
    static Target of(RouteUpdate.InstanceAt route, String ownWorker, Usage usage) {
        Ipv6 peer = Addresses.underlay(route.underlay());
        boolean local = route.worker().equals(ownWorker);
        return new Target(
                route,
                local,
                usable(route.state()),
                peer.high(),
                peer.low(),
                new Candidate(route.instance(), route.host().site(), route.weight()),
                usage);
    }

    public int peerPort() {
        return route.underlay().port();
    }

    /** The same as text, for people. */
    public Endpoint peer() {
        return route.underlay();
    }

    /** Whether its worker fell silent. This worker is not, whatever is said of it. */
    boolean isLost() {
        return route.workerLost() && !local;
    }

    private static boolean usable(InstanceState state) {
        return switch (state) {
            case READY -> true;
            case SCHEDULED, UNREADY, DRAINING -> false;
        };
    }

    /** Whether a new flow may be opened to its instance IP. */
    public boolean reachable() {
        return switch (route.state()) {
            case READY, DRAINING -> true;
            case SCHEDULED, UNREADY -> false;
        };
    }
}
