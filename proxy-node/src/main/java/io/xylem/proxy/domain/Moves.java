package io.xylem.proxy.domain;

import io.xylem.model.InstanceName;
import io.xylem.proxy.domain.Counters.Count;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;

/**
 * Connections whose remote end moves to another worker. Their packets follow it; whether the process took the connection
 * along, its kernel at the new place knows. An own end that has nothing to say would not hear of it, so it is asked in
 * its name as soon as somebody answers there: by a keep-alive segment (RFC 9293, 3.8.4).
 *
 * <pre>
 *  another namespace IP ──► on the way ── READY there ──► asked ──┬──► ACK: the connection lives
 *                                                                └──► RST, on to the own end: it is over
 * </pre>
 *
 * One thread.
 */
final class Moves {
    /** As many as a batch takes; the rest in the next turns. */
    private static final int ASKED_PER_TURN = 64;

    private final FlowTable flows;
    private final Counters counters;
    private final Set<InstanceName> onTheWay = new HashSet<>();
    private final Queue<InstanceName> arrived = new ArrayDeque<>();
    private RouteTable routes = RouteTable.empty("");

    /** Slots with flows of the instance that arrived first, as they were then. */
    private int[] toAsk = {};

    private int next;

    Moves(FlowTable flows, Counters counters) {
        this.flows = flows;
        this.counters = counters;
    }

    void use(RouteTable currentRoutes) {
        RouteTable before = routes;
        routes = currentRoutes;
        before.forEachChanged(currentRoutes, was -> {
            InstanceName instance = was.route().instance();
            Target now = currentRoutes.again(was);
            if (now == null) {
                onTheWay.remove(instance);
                return;
            }
            if (!now.route().namespaceIp().equals(was.route().namespaceIp())
                    && flows.census().anyOfRemote(instance) != FlowTable.NONE) {
                onTheWay.add(instance);
            }
            if (now.reachable() && onTheWay.remove(instance)) {
                arrived.add(instance);
            }
        });
    }

    void ask(WaitingPackets released) {
        int asked = 0;
        while (asked < ASKED_PER_TURN) {
            if (next < toAsk.length) {
                int flow = toAsk[next++];
                if (flows.isFree(flow)) {
                    continue;
                }
                flows.noteMoved(flow);
                // Another flow may have its slot by now: then it is asked in vain, which harms nobody.
                if (flows.progress().isConnection(flow)) {
                    released.release(Answers.question(flows, flow));
                    asked++;
                }
            } else if (!arrived.isEmpty()) {
                toAsk = flows.census().allOfRemote(arrived.remove());
                next = 0;
            } else {
                break;
            }
        }
        counters.add(Count.ASKED_CONNECTIONS, asked);
    }
}
