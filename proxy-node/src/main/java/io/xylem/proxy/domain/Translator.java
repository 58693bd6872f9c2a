package io.xylem.proxy.domain;

import io.xylem.balancing.MeasuredState;
import io.xylem.balancing.Policies;
import io.xylem.model.InstanceName;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.ParsedPacket.Transport;
import java.nio.ByteBuffer;
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
 * The sender's port changes in the tunnel only if two of its flows could not be told apart otherwise ({@link FlowTable}). On
 * one worker a packet takes both steps. This is the specification of every faster path.
 *
 * <p>A flow keeps its instance as long as that has a route, also when the instance moves to another worker ({@link Moves}).
 * When it is gone, {@link #endFlow} tells those who wait, and later packets are told by {@link Drop#INSTANCE_GONE}. One
 * thread.
 */
public final class Translator {
    /** Whether the ends of a flow are still the instances that they were. */
    private enum Ends {
        CURRENT,
        OWN_GONE,
        /** It has no route any more. */
        REMOTE_GONE,
        /** Its worker is lost, and it is not the one that asked; what still comes from there is welcome. */
        REMOTE_LOST
    }

    private final FlowTable flows;
    private final Policies policies;
    private final Choosers choosers;
    private final Destinations destinations;
    private final Counters counters;
    private final Departures departures;
    private final IcmpErrors icmpErrors;
    private final Moves moves;
    private final DoorKeeper doors;
    private RouteTable routes = RouteTable.empty("");
    private Attachments attachments = Attachments.NONE;

    /** Changes with either table; a flow of an older epoch is checked against the tables before it is used. */
    private int epoch;

    private FastPath path = FastPath.NONE;
    private CarriedFlows carried;
    private boolean hasAdopted;
    /** Of the packet that is on its way between two instances of this worker. */
    private int sender = FlowTable.NONE;

    public Translator(FlowTable flows, Policies policies, Counters counters) {
        this.flows = flows;
        this.policies = policies;
        this.counters = counters;
        choosers = new Choosers(policies);
        destinations = new Destinations(choosers);
        departures = new Departures(flows, counters);
        icmpErrors = new IcmpErrors(flows, new IcmpErrors.Known() {
            @Override
            public boolean isCurrent(int flow) {
                return ends(flow) == Ends.CURRENT;
            }

            @Override
            public boolean isAttached(long high, long low) {
                return attachments.find(high, low) != null;
            }
        });
        carried = new CarriedFlows(flows, path, counters);
        moves = new Moves(flows, counters);
        doors = new DoorKeeper(flows, choosers, destinations::site, counters);
        MeasuredState measured = choosers.measured();
        flows.census().tell(new FlowCensus.Listener() {
            @Override
            public void opened(InstanceName remote) {
                measured.opened(remote);
            }

            @Override
            public void closed(InstanceName remote) {
                measured.closed(remote);
            }
        });
    }

    /** What choices go by. */
    public MeasuredState measured() {
        return choosers.measured();
    }

    /** Flows that are decided about may go this way. Before the first packet. */
    public void use(FastPath fastPath) {
        path = fastPath;
        flows.use(path);
        carried = new CarriedFlows(flows, path, counters);
        doors.use(path);
    }

    /**
     * Takes over the flows that the fast path opened by itself, and the first time those that an earlier process gave to it.
     * After {@link #use}.
     */
    public void adopt(long nowNs) {
        if (!hasAdopted) {
            hasAdopted = true;
            carried.adopt(attachments, routes, epoch, nowNs);
        }
        doors.work(epoch, nowNs);
    }

    /**
     * Takes note of what the fast path did, and takes flows back from it that it must not carry as it does.
     *
     * @return whether some are left for the next turn
     */
    public boolean review(long nowNs) {
        return carried.review(slot -> ends(slot) == Ends.CURRENT, epoch, nowNs);
    }

    /** From now on these tables hold. Cheap when they are the ones of the last time. */
    public void use(RouteTable currentRoutes, Attachments currentAttachments) {
        if (currentRoutes != routes) {
            choosers.retain(currentRoutes);
            destinations.use(currentRoutes);
            moves.use(currentRoutes);
        }
        if (currentRoutes != routes || currentAttachments != attachments) {
            epoch++;
            departures.use(currentRoutes, currentAttachments);
            doors.use(currentRoutes, currentAttachments);
        }
        routes = currentRoutes;
        attachments = currentAttachments;
    }

    /** Whether {@link #endFlow} has something to do. */
    public boolean hasFlowsToEnd() {
        return departures.arePending();
    }

    /**
     * Ends one flow of an instance that is gone.
     *
     * @param into big-endian, with room for {@link Refusals#MAX_BYTES} at {@code at}
     * @return the length of the packet written there for an instance of this worker; 0 when nobody is to be told
     */
    public int endFlow(ByteBuffer into, int at, long nowNs) {
        return departures.endOne(into, at, nowNs);
    }

    /** Once a turn: asks for connections at the new places of instances that have moved, whether they live on there. */
    public void askMoved(WaitingPackets released) {
        moves.ask(released);
    }

    /**
     * A packet from an instance of this worker. Unless dropped, it now goes from the sender's instance IP to the
     * receiver's namespace IP.
     *
     * @return the {@link Target} it goes to, or a {@link Drop}, after which the packet is as it was
     */
    public Verdict.Outbound outbound(Packet packet, long nowNs) {
        if (packet.hopLimit() <= 1) {
            return Drop.HOP_LIMIT_REACHED; // behind it is one more router: the receiver's worker
        }
        if (packet.isIcmpError()) {
            return icmpErrors.outbound(packet, nowNs);
        }
        int flow = flows.findOutbound(packet, nowNs);
        if (flow == FlowTable.NONE && doors.work(epoch, nowNs)) {
            flow = flows.findOutbound(packet, nowNs);
        }
        if (flow != FlowTable.NONE) {
            Ends ends = ends(flow);
            if ((ends == Ends.REMOTE_GONE || ends == Ends.REMOTE_LOST) && isToldOf(packet)) {
                return gone(flow, packet, nowNs);
            }
            if (ends != Ends.CURRENT || opensAnew(packet, flow)) {
                replace(flow);
                flow = FlowTable.NONE;
            }
        }
        if (flow == FlowTable.NONE) {
            Attachment own = attachments.find(packet.sourceHigh(), packet.sourceLow());
            if (own == null) {
                return Drop.SOURCE_NOT_ATTACHED;
            }
            Verdict.Outbound verdict = destinations.find(own, packet, nowNs);
            if (!(verdict instanceof Target remote)) {
                return verdict;
            }
            int wirePort = flows.wirePort(packet, remote, nowNs);
            if (wirePort == FlowTable.NONE) {
                return Drop.FLOW_COLLISION;
            }
            flow = flows.addOutbound(packet, own, remote, wirePort, epoch, nowNs);
            doors.opened(own, packet.destinationHigh(), packet.destinationLow(), remote, nowNs);
            counters.add(Count.FLOWS_OPENED, 1);
        } else {
            counters.add(Count.FLOW_HITS, 1);
        }
        flows.use(flow, packet, true, nowNs);
        Attachment own = flows.own(flow);
        Target remote = flows.remote(flow);
        remote.usage().note(nowNs);
        boolean v4 = packet.isV4();
        if (flows.wirePort(flow) != flows.ownPort(flow)) {
            packet.rewriteSourcePort(flows.wirePort(flow));
        }
        packet.rewrite(
                Addresses.high(own.instanceIp(), v4),
                Addresses.low(own.instanceIp(), v4),
                Addresses.high(remote.route().namespaceIp(), v4),
                Addresses.low(remote.route().namespaceIp(), v4));
        if (remote.local()) {
            sender = flow;
        } else {
            carried.offer(flow);
        }
        return remote;
    }

    /** A packet from this worker. */
    public Verdict.Inbound inbound(Packet packet, long nowNs) {
        return inbound(packet, null, nowNs);
    }

    /**
     * A packet that some worker sent. Unless dropped, it now comes from the address that its receiver
     * dialled, or from the sender's instance IP if the sender began.
     *
     * @param peer from where it came: none but the worker that hosts its source may send it; null for this worker
     * @return the {@link Attachment} it goes to, or a {@link Drop}
     */
    public Verdict.Inbound inbound(Packet packet, @Nullable TunnelPeer peer, long nowNs) {
        int from = sender;
        sender = FlowTable.NONE;
        if (packet.isIcmpError()) {
            return icmpErrors.inbound(packet, peer, nowNs);
        }
        int flow = flows.findInbound(packet, nowNs);
        if (flow == FlowTable.NONE && doors.work(epoch, nowNs)) {
            flow = flows.findInbound(packet, nowNs);
        }
        if (flow != FlowTable.NONE) {
            Ends ends = ends(flow);
            boolean isGone = ends == Ends.OWN_GONE || ends == Ends.REMOTE_GONE;
            if (!isGone && peer != null && !peer.hosts(flows.remote(flow))) {
                return Drop.FOREIGN_WORKER;
            }
            if (isGone || (packet.isSyn() && flows.progress().isClosing(flow))) {
                replace(flow);
                flow = FlowTable.NONE;
            }
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
            if (peer != null && !peer.hosts(remote)) {
                return Drop.FOREIGN_WORKER;
            }
            if (packet.isEchoReply()) {
                return Drop.NO_FLOW;
            }
            if (flows.isAnsweredByAnother(packet)) {
                return Drop.FLOW_COLLISION;
            }
            flow = flows.addInbound(packet, own, remote, epoch, nowNs);
            doors.accepted(own, packet.sourceHigh(), packet.sourceLow(), remote, nowNs);
            counters.add(Count.FLOWS_ACCEPTED, 1);
        } else {
            counters.add(Count.FLOW_HITS, 1);
        }
        flows.use(flow, packet, false, nowNs);
        flows.remote(flow).usage().note(nowNs);
        if (flows.wirePort(flow) != flows.ownPort(flow)) {
            packet.rewriteDestinationPort(flows.ownPort(flow));
        }
        packet.rewrite(
                flows.dialledHigh(flow), flows.dialledLow(flow), packet.destinationHigh(), packet.destinationLow());
        carried.offer(from, flow);
        return flows.own(flow);
    }

    /** What {@link #outbound} would do with a packet like this one, and why; changes nothing. */
    public Explained explain(FiveTuple packet, long nowNs) {
        return new Explainer(flows, choosers, policies, routes, attachments, destinations::site).explain(packet, nowNs);
    }

    /** Whether its sender must know that the other end is gone; the others, a SYN too, may go to another instance. */
    private static boolean isToldOf(Packet packet) {
        return packet.transport() == Transport.TCP ? !packet.isSyn() : packet.transport() == Transport.UDP;
    }

    /** A datagram is refused once, and the next one goes to another instance; a connection is over. */
    private Drop gone(int flow, Packet packet, long nowNs) {
        if (packet.transport() == Transport.UDP) {
            replace(flow);
        } else if (!flows.census().isParted(flow)) {
            departures.part(flow, nowNs);
        }
        return Drop.INSTANCE_GONE;
    }

    /** A first segment opens a new flow if the old one is over, or its instance would not be given to a new one. */
    private boolean opensAnew(Packet packet, int flow) {
        if (!packet.isSyn()) {
            return false;
        }
        Target remote = flows.remote(flow);
        return flows.progress().isClosing(flow) || !(flows.isByService(flow) ? remote.usable() : remote.reachable());
    }

    /** Both ends as of now; if they are there, the flow is brought up to date. */
    private Ends ends(int flow) {
        if (flows.epoch(flow) != epoch) {
            Attachment own = flows.own(flow);
            Attachment ownNow = attachments.find(flows.ownHigh(flow), flows.ownLow(flow));
            if (ownNow == null || !ownNow.instance().equals(own.instance())) {
                return Ends.OWN_GONE;
            }
            Target remote = flows.remote(flow);
            Target remoteNow = routes.instance(flows.remoteHigh(flow), flows.remoteLow(flow));
            if (remoteNow == null
                    || !remoteNow.route().instance().equals(remote.route().instance())) {
                return Ends.REMOTE_GONE;
            }
            flows.renew(flow, ownNow, remoteNow, epoch);
        }
        // Who asks is there, whatever is said of its worker: it may be cut off from the control plane only.
        return flows.remote(flow).isLost() && flows.census().isOpenedHere(flow) ? Ends.REMOTE_LOST : Ends.CURRENT;
    }

    private void replace(int flow) {
        flows.remove(flow);
        counters.add(Count.FLOWS_REPLACED, 1);
    }
}
