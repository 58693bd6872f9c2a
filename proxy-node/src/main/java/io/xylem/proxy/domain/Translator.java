package io.xylem.proxy.domain;

import io.xylem.balancing.Policies;
import io.xylem.balancing.Site;
import io.xylem.proxy.domain.Counters.Count;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a packet, and its new addresses. For client A and server B dialled by service IP S (lower case:
 * namespace IPs, {@code I…}: instance IPs):
 *
 * <pre>
 *        at A's worker                 at B's worker
 *  a → S ── outbound ──► Ia → b ── inbound ──► Ia → b      the first packet chooses B; both ends remember the flow
 *  S → a ◄── inbound ── Ib → a ◄── outbound ── b → Ia      the answer goes to the flow it belongs to
 * </pre>
 *
 * Ports never change. On one worker a packet takes both steps. This is the specification of every faster path.
 *
 * <p>A flow keeps its instance as long as that has a route, also when the instance moves to another worker. One thread.
 */
public final class Translator {
    private final FlowTable flows;
    private final Choosers choosers;
    private final Counters counters;
    private RouteTable routes = RouteTable.empty("");
    private Attachments attachments = Attachments.NONE;
    /** Where this worker is; not known before somebody asks. */
    private @Nullable Site site;

    /** Changes with either table; a flow of an older epoch is checked against the tables before it is used. */
    private int epoch;

    public Translator(FlowTable flows, Policies policies, Counters counters) {
        this.flows = flows;
        this.counters = counters;
        choosers = new Choosers(policies);
    }

    /** From now on these tables hold. Cheap when they are the ones of the last time. */
    public void use(RouteTable currentRoutes, Attachments currentAttachments) {
        if (currentRoutes != routes) {
            choosers.retain(currentRoutes);
            site = null;
        }
        if (currentRoutes != routes || currentAttachments != attachments) {
            epoch++;
        }
        routes = currentRoutes;
        attachments = currentAttachments;
    }

    /**
     * A packet from an instance of this worker. Unless dropped, it now goes from the sender's instance IP to the
     * receiver's namespace IP.
     *
     * @return the {@link Target} it goes to, or a {@link Drop}
     */
    public Verdict.Outbound outbound(Packet packet, long nowNs) {
        int flow = flows.findOutbound(
                packet.sourceHigh(),
                packet.sourceLow(),
                packet.destinationHigh(),
                packet.destinationLow(),
                packet.portsOutbound(),
                nowNs);
        if (flow != FlowTable.NONE && (!isCurrent(flow) || opensAnew(packet, flow))) {
            replace(flow);
            flow = FlowTable.NONE;
        }
        if (flow == FlowTable.NONE) {
            Attachment own = attachments.find(packet.sourceHigh(), packet.sourceLow());
            if (own == null) {
                return Drop.SOURCE_NOT_ATTACHED;
            }
            Verdict.Outbound verdict = destination(own, packet, nowNs);
            if (!(verdict instanceof Target remote)) {
                return verdict;
            }
            flow = flows.add(
                    own,
                    packet.destinationHigh(),
                    packet.destinationLow(),
                    remote,
                    packet.portsOutbound(),
                    epoch,
                    nowNs);
            counters.add(Count.FLOWS_OPENED, 1);
        }
        flows.use(flow, packet, true, nowNs);
        Attachment own = flows.own(flow);
        Target remote = flows.remote(flow);
        boolean v4 = packet.isV4();
        packet.rewrite(
                Addresses.high(own.instanceIp(), v4),
                Addresses.low(own.instanceIp(), v4),
                Addresses.high(remote.route().namespaceIp(), v4),
                Addresses.low(remote.route().namespaceIp(), v4));
        return remote;
    }

    /**
     * A packet that some worker sent, this one included. Unless dropped, it now comes from the address that its receiver
     * dialled, or from the sender's instance IP if the sender began.
     *
     * @return the {@link Attachment} it goes to, or a {@link Drop}
     */
    public Verdict.Inbound inbound(Packet packet, long nowNs) {
        int flow = flows.findInbound(
                packet.sourceHigh(),
                packet.sourceLow(),
                packet.destinationHigh(),
                packet.destinationLow(),
                packet.portsInbound(),
                nowNs);
        if (flow != FlowTable.NONE && (!isCurrent(flow) || (packet.isSyn() && flows.isClosing(flow)))) {
            replace(flow);
            flow = FlowTable.NONE;
        }
        if (flow == FlowTable.NONE) {
            Attachment own = attachments.find(packet.destinationHigh(), packet.destinationLow());
            if (own == null) {
                return Drop.DESTINATION_NOT_ATTACHED;
            }
            Target remote = routes.instance(packet.sourceHigh(), packet.sourceLow());
            if (remote == null) {
                return Drop.UNKNOWN_SOURCE;
            }
            if (packet.isEchoReply()) {
                return Drop.NO_FLOW;
            }
            flow = flows.add(own, packet.sourceHigh(), packet.sourceLow(), remote, packet.portsInbound(), epoch, nowNs);
            counters.add(Count.FLOWS_ACCEPTED, 1);
        }
        flows.use(flow, packet, false, nowNs);
        packet.rewrite(
                flows.dialledHigh(flow), flows.dialledLow(flow), packet.destinationHigh(), packet.destinationLow());
        return flows.own(flow);
    }

    /** Who gets a packet that belongs to no flow. */
    private Verdict.Outbound destination(Attachment own, Packet packet, long nowNs) {
        if (packet.isEchoReply()) {
            return Drop.NO_FLOW;
        }
        ServiceAddress service = routes.service(packet.destinationHigh(), packet.destinationLow());
        if (service != null) {
            return chosen(service, own, packet, nowNs);
        }
        Target instance = routes.instance(packet.destinationHigh(), packet.destinationLow());
        if (instance == null) {
            return Drop.UNKNOWN_DESTINATION;
        }
        if (!instance.reachable()) {
            return Drop.INSTANCE_NOT_READY;
        }
        return makesWay(instance, packet, nowNs) ? instance : Drop.FLOW_COLLISION;
    }

    /** Asks again when the answers of the chosen one could not be told from those of another flow. */
    private Verdict.Outbound chosen(ServiceAddress service, Attachment own, Packet packet, long nowNs) {
        for (int attempt = 0; attempt <= service.targets().size(); attempt++) {
            Verdict.Outbound verdict = choosers.choose(service, own.instance(), site(own), nowNs);
            if (!(verdict instanceof Target target) || makesWay(target, packet, nowNs)) {
                return verdict;
            }
        }
        return Drop.FLOW_COLLISION;
    }

    /** The route of any instance here says where this worker is. */
    private Site site(Attachment own) {
        if (site == null) {
            Target route =
                    routes.instance(Addresses.high(own.instanceIp(), false), Addresses.low(own.instanceIp(), false));
            if (route == null || !route.local()) {
                return new Site(routes.worker(), null, null);
            }
            site = route.candidate().site();
        }
        return site;
    }

    /**
     * Whether the answers of this instance would be known to belong to the new flow. A flow that would get them now makes
     * way if nobody relies on it: only one direction was seen, or it is closing.
     */
    private boolean makesWay(Target target, Packet packet, long nowNs) {
        boolean v4 = packet.isV4();
        int other = flows.findInbound(
                Addresses.high(target.route().instanceIp(), v4),
                Addresses.low(target.route().instanceIp(), v4),
                packet.sourceHigh(),
                packet.sourceLow(),
                packet.portsOutbound(),
                nowNs);
        if (other == FlowTable.NONE) {
            return true;
        }
        if (isCurrent(other) && !flows.isOneSided(other) && !flows.isClosing(other)) {
            return false;
        }
        replace(other);
        return true;
    }

    /** A first segment opens a new flow if the old one is over, or its instance would not be given to a new one. */
    private boolean opensAnew(Packet packet, int flow) {
        if (!packet.isSyn()) {
            return false;
        }
        Target remote = flows.remote(flow);
        return flows.isClosing(flow) || !(flows.isByService(flow) ? remote.usable() : remote.reachable());
    }

    /** Whether both ends are still the instances that they were; if so they are brought up to date. */
    private boolean isCurrent(int flow) {
        if (flows.epoch(flow) == epoch) {
            return true;
        }
        Attachment own = flows.own(flow);
        Target remote = flows.remote(flow);
        boolean v4 = Addresses.isV4(flows.dialledHigh(flow), flows.dialledLow(flow));
        Attachment ownNow =
                attachments.find(Addresses.high(own.namespaceIp(), v4), Addresses.low(own.namespaceIp(), v4));
        Target remoteNow = routes.instance(
                Addresses.high(remote.route().instanceIp(), v4),
                Addresses.low(remote.route().instanceIp(), v4));
        if (ownNow == null
                || !ownNow.instance().equals(own.instance())
                || remoteNow == null
                || !remoteNow.route().instance().equals(remote.route().instance())) {
            return false;
        }
        flows.renew(flow, ownNow, remoteNow, epoch);
        return true;
    }

    private void replace(int flow) {
        flows.remove(flow);
        counters.add(Count.FLOWS_REPLACED, 1);
    }
}
