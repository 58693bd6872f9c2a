package io.xylem.proxy.domain;

import io.xylem.model.InstanceName;
import io.xylem.proxy.domain.Counters.Count;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Ends the flows of instances that are gone, one at a time, so that a turn does as much of it as it has time for. What
 * it costs depends on the flows that end, not on those that stay.
 *
 * <pre>
 *  a remote end has no route any more, or its worker is lost ──► TCP: the own end is reset now; others are told when they send
 *  an own end is not attached any more ────────────────────────► the flow is forgotten
 * </pre>
 *
 * A flow whose own end has not yet acknowledged anything is no connection: its SYN comes again and chooses anew.
 */
final class Departures {
    private final FlowTable flows;
    private final Counters counters;
    private final Deque<InstanceName> ownEnds = new ArrayDeque<>();
    private final Deque<InstanceName> remoteEnds = new ArrayDeque<>();
    private RouteTable routes = RouteTable.empty("");
    private Attachments attachments = Attachments.NONE;

    Departures(FlowTable flows, Counters counters) {
        this.flows = flows;
        this.counters = counters;
    }

    /** Finds out who is gone by these tables and was there by the last ones. */
    @SuppressWarnings("ReferenceEquality") // the very tables
    void use(RouteTable currentRoutes, Attachments currentAttachments) {
        if (currentRoutes != routes) {
            RouteTable before = routes;
            routes = currentRoutes;
            before.forEachChanged(currentRoutes, target -> {
                InstanceName instance = target.route().instance();
                if (flows.census().anyOfRemote(instance) != FlowTable.NONE && isGone(target)) {
                    remoteEnds.add(instance);
                }
            });
        }
        if (currentAttachments != attachments) {
            attachments = currentAttachments;
            flows.census().forEachOwn(instance -> {
                if (firstOfDetached(instance) != FlowTable.NONE) {
                    ownEnds.add(instance);
                }
            });
        }
    }

    boolean arePending() {
        return !ownEnds.isEmpty() || !remoteEnds.isEmpty();
    }

    /** Ends one flow. @return the length of the reset written for its own end; 0 when nobody is to be told */
    int endOne(ByteBuffer into, int at, long nowNs) {
        InstanceName own = ownEnds.peek();
        if (own != null) {
            int flow = firstOfDetached(own);
            if (flow == FlowTable.NONE) {
                ownEnds.remove();
            } else {
                flows.remove(flow);
                counters.add(Count.FLOWS_REPLACED, 1);
            }
            return 0;
        }
        InstanceName remote = remoteEnds.peek();
        int flow = remote == null ? FlowTable.NONE : flows.census().anyOfRemote(remote);
        if (flow == FlowTable.NONE || !isGone(flows.remote(flow))) {
            remoteEnds.poll();
            return 0;
        }
        if (!part(flow, nowNs)) {
            return 0;
        }
        counters.add(Count.SENT_RESETS, 1);
        return Answers.reset(flows, flow, into, at);
    }

    /** The remote end of this flow is gone. @return whether the own end has a connection to be reset */
    boolean part(int flow, long nowNs) {
        boolean isConnection = flows.part(flow, nowNs);
        counters.add(Count.FLOWS_BROKEN, isConnection ? 1 : 0);
        return isConnection;
    }

    private boolean isGone(Target target) {
        Target now = routes.again(target);
        return now == null || now.isLost();
    }

    /**
     * A flow of this instance from before it was detached. They come before those of a later attachment, so the first
     * one tells.
     */
    private int firstOfDetached(InstanceName instance) {
        int flow = flows.census().anyOfOwn(instance);
        if (flow == FlowTable.NONE) {
            return FlowTable.NONE;
        }
        Attachment was = flows.own(flow);
        Attachment now = attachments.find(0, Addresses.low(was.namespaceIp(), true));
        return now != null && now.instance().equals(instance) ? FlowTable.NONE : flow;
    }
}
