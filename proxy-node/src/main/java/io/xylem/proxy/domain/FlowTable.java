package io.xylem.proxy.domain;

import io.xylem.model.Ipv6;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.KeptFlow.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The flows of this worker's instances. A flow has an own end (an instance attached here) and a remote end, and is found
 * by its whole five-tuple in either direction:
 *
 * <pre>
 *  outbound: own namespace IP   → dialled address    own port,  remote port, protocol
 *  inbound:  remote instance IP → own namespace IP   wire port, remote port, protocol
 * </pre>
 *
 * The dialled address is what the own instance sees: a service IP, or the remote's instance IP. The wire port is the own
 * port, unless another flow of the own instance to the same remote end has it: the tunnel carries no dialled address,
 * so the two are told apart by that port. Echo flows have the identifier as the asker's port. A flow between two
 * instances of this worker is two flows, one for either end.
 *
 * <p>Everything is in arrays made by the constructor ({@link FlowSlots}). One thread, but for {@link #counts}; the time comes in.
 */
public final class FlowTable extends FlowSlots {
    static final int NONE = -1;

    /** An epoch that no tables have. */
    private static final int NEVER = -1;

    // RFC 6335, 6: the dynamic ports
    private static final int FIRST_DYNAMIC_PORT = 49_152;
    private static final int DYNAMIC_PORTS = 16_384;
    private static final int WIRE_PORTS_TRIED = 16;
    private static final int TOLD_TO_EVICT = 64;

    private final Counters counters;
    private final long hashSeed;
    private final FlowIndex outbound;
    private final FlowIndex inbound;
    private final FlowAges ages;
    private final FlowProgress progress;
    private final FlowCensus census;
    private final int[] free;
    private final FastPath.Use moved = new FastPath.Use();
    private FastPath path = FastPath.NONE;
    private int size;
    /** Of these, slots that are kept free for the fast path. */
    private int reserved;

    /** @param hashSeed unknown to instances, lest one of them aim its flows at one place of the table */
    public FlowTable(int capacity, long hashSeed, Counters counters) {
        super(capacity);
        this.counters = counters;
        this.hashSeed = hashSeed;
        outbound = new FlowIndex(numbers, SLOT_LONGS, OWN, DIALLED, PORTS, FlowPorts.OUTBOUND, hashSeed);
        inbound = new FlowIndex(numbers, SLOT_LONGS, REMOTE, OWN, PORTS, FlowPorts.INBOUND, hashSeed);
        ages = new FlowAges(capacity);
        progress = new FlowProgress(capacity);
        census = new FlowCensus(capacity);
        free = new int[capacity];
        for (int slot = 0; slot < capacity; slot++) {
            free[slot] = capacity - 1 - slot;
        }
    }

    /** Its flows may go this way from now on. */
    void use(FastPath fastPath) {
        path = fastPath;
    }

    public int size() {
        return size - reserved;
    }

    public int capacity() {
        return free.length;
    }

    /** For any thread. */
    public FlowCounts counts() {
        return census;
    }

    FlowCensus census() {
        return census;
    }

    FlowProgress progress() {
        return progress;
    }

    /** The flow of a packet that the own end sends. Silent ones that are met are forgotten. */
    int findOutbound(FiveTuple of, long nowNs) {
        return living(peekOutbound(of), nowNs);
    }

    /** The same, forgetting nothing. */
    int peekOutbound(FiveTuple of) {
        return outbound.find(
                of.sourceHigh(),
                of.sourceLow(),
                of.destinationHigh(),
                of.destinationLow(),
                FlowPorts.word(of.sourcePort(), 0, of.destinationPort(), of.protocol()));
    }

    /** The flow of a packet from the tunnel. */
    int findInbound(FiveTuple of, long nowNs) {
        long ports = FlowPorts.word(0, of.destinationPort(), of.sourcePort(), of.protocol());
        return living(
                inbound.find(of.sourceHigh(), of.sourceLow(), of.destinationHigh(), of.destinationLow(), ports), nowNs);
    }

    /** Whether the receiver's answers to this packet from a remote end would be taken for another flow's. */
    boolean isAnsweredByAnother(FiveTuple packet) {
        return outbound.find(
                        packet.destinationHigh(),
                        packet.destinationLow(),
                        packet.sourceHigh(),
                        packet.sourceLow(),
                        FlowPorts.word(packet.destinationPort(), 0, packet.sourcePort(), packet.protocol()))
                != NONE;
    }

    /**
     * A port for a new flow of the packet's sender to this remote end, such that its answers can be told from those of
     * the sender's other flows.
     *
     * @return {@link #NONE} when there is none among those tried, or the transport has no ports
     */
    int wirePort(Packet packet, Target remote, long nowNs) {
        boolean v4 = packet.isV4();
        long remoteHigh = Addresses.high(remote.route().instanceIp(), v4);
        long remoteLow = Addresses.low(remote.route().instanceIp(), v4);
        int port = packet.sourcePort();
        int first = FlowIndex.spread(hashSeed ^ packet.destinationLow() ^ port);
        for (int tried = 0; tried <= WIRE_PORTS_TRIED; tried++) {
            long ports = FlowPorts.word(0, port, packet.destinationPort(), packet.protocol());
            int other = inbound.find(remoteHigh, remoteLow, packet.sourceHigh(), packet.sourceLow(), ports);
            if (living(other, nowNs) == NONE) {
                return port;
            }
            if (packet.transport() == ParsedPacket.Transport.OPAQUE) {
                return NONE;
            }
            port = FIRST_DYNAMIC_PORT + ((first + tried) & (DYNAMIC_PORTS - 1));
        }
        return NONE;
    }

    /** Enters the flow of a packet that the own end sends, which is in neither index; {@code wirePort} is a free one. */
    int addOutbound(FiveTuple packet, Attachment own, Target remote, int wirePort, int epoch, long nowNs) {
        int slot = take(nowNs);
        long ports = FlowPorts.word(packet.sourcePort(), wirePort, packet.destinationPort(), packet.protocol());
        enter(slot, own, packet.destinationHigh(), packet.destinationLow(), remote, ports, epoch, nowNs);
        census.add(slot, own.instance(), remote.route().instance(), true);
        return slot;
    }

    /** The same for a packet from the remote end. */
    int addInbound(FiveTuple packet, Attachment own, Target remote, int epoch, long nowNs) {
        int slot = take(nowNs);
        int ownPort = packet.destinationPort();
        long ports = FlowPorts.word(ownPort, ownPort, packet.sourcePort(), packet.protocol());
        enter(slot, own, packet.sourceHigh(), packet.sourceLow(), remote, ports, epoch, nowNs);
        census.add(slot, own.instance(), remote.route().instance(), false);
        return slot;
    }

    /** The other end of a flow between two instances of this worker, or {@link #NONE}. */
    int otherEnd(int slot) {
        boolean v4 = Addresses.isV4(ownHigh(slot), ownLow(slot));
        long ports = ports(slot);
        return inbound.find(
                Addresses.high(own(slot).instanceIp(), v4),
                Addresses.low(own(slot).instanceIp(), v4),
                Addresses.high(remote(slot).route().namespaceIp(), v4),
                Addresses.low(remote(slot).route().namespaceIp(), v4),
                FlowPorts.word(
                        /* own= */ 0,
                        /* wire= */ FlowPorts.remote(ports),
                        /* remote= */ FlowPorts.wire(ports),
                        FlowPorts.protocol(ports)));
    }

    /** A free slot; when the table is full, the one of the flow used longest ago. */
    private int take(long nowNs) {
        if (size == free.length && expire(nowNs, 1) == 0) {
            evict(nowNs);
        }
        size++;
        return free[free.length - size];
    }

    /** What the fast path has moved lately is told now, so the one that seemed the oldest may not be. */
    private void evict(long nowNs) {
        int oldest = ages.leastRecentlyUsed(nowNs);
        for (int told = 0; told < TOLD_TO_EVICT && path.carries(oldest); told++) {
            noteMoved(oldest);
            int older = ages.leastRecentlyUsed(nowNs);
            if (older == oldest) {
                break;
            }
            oldest = older;
        }
        remove(oldest);
        counters.add(Count.FLOWS_EVICTED, 1);
    }

    private void enter(
            int slot,
            Attachment own,
            long dialledHigh,
            long dialledLow,
            Target remote,
            long ports,
            int epoch,
            long nowNs) {
        write(slot, own, dialledHigh, dialledLow, remote, ports, epoch);
        progress.begin(slot);
        ages.add(slot, Kind.OPENING, nowNs);
        outbound.add(slot);
        inbound.add(slot);
    }

    /** A packet of the flow went by. */
    void use(int slot, Packet packet, boolean isOutbound, long nowNs) {
        Kind kind = progress.use(slot, packet, isOutbound);
        ages.use(slot, kind, nowNs);
        if (kind == Kind.CLOSING) {
            census.finish(slot);
        }
    }

    /** Packets of the flow went by on the fast path, maybe. */
    void noteMoved(int slot) {
        if (path.carries(slot) && path.read(slot, moved)) {
            note(slot, moved);
        }
    }

    private void note(int slot, FastPath.Use use) {
        Kind kind = progress.use(slot, FlowPorts.protocol(ports(slot)), use);
        ages.note(slot, kind, use.lastNs);
        if (kind == Kind.CLOSING) {
            census.finish(slot);
        }
    }

    /** As the fast path takes it. */
    FastPath.Flow described(int slot) {
        long ports = ports(slot);
        return new FastPath.Flow(
                slot,
                FlowPorts.protocol(ports),
                ownHigh(slot),
                ownLow(slot),
                FlowPorts.own(ports),
                dialledHigh(slot),
                dialledLow(slot),
                FlowPorts.remote(ports),
                FlowPorts.wire(ports),
                census.isOpenedHere(slot),
                own(slot),
                remote(slot));
    }

    /** Enters a flow of an earlier process. @return {@link #NONE} when the table is full or has it */
    int adopt(FastPath.Left left, Attachment own, Target remote, int epoch, long nowNs) {
        long ports = FlowPorts.word(left.ownPort(), left.wirePort(), left.remotePort(), left.protocol());
        if (size == free.length || outboundOf(left, ports) != NONE || inboundOf(left, ports) != NONE) {
            return NONE;
        }
        int slot = take(nowNs);
        enter(slot, own, left.dialledHigh(), left.dialledLow(), remote, ports, epoch, nowNs);
        census.add(slot, own.instance(), remote.route().instance(), left.openedHere());
        note(slot, left.use());
        return slot;
    }

    /** A slot in which the fast path may open a flow. */
    int reserve(long nowNs) {
        reserved++;
        return take(nowNs);
    }

    /** It did not. */
    void giveBack(int slot) {
        reserved--;
        free[free.length - size] = slot;
        size--;
    }

    /** Enters a flow that the fast path opened in a reserved slot. @return false when another one lives by these ends */
    boolean adopt(int slot, FastPath.Left left, Attachment own, Target remote, int epoch, long nowNs) {
        long ports = FlowPorts.word(left.ownPort(), left.wirePort(), left.remotePort(), left.protocol());
        if (!makeWay(outboundOf(left, ports), nowNs) || !makeWay(inboundOf(left, ports), nowNs)) {
            return false;
        }
        reserved--;
        enter(slot, own, left.dialledHigh(), left.dialledLow(), remote, ports, epoch, nowNs);
        census.add(slot, own.instance(), remote.route().instance(), left.openedHere());
        note(slot, left.use());
        return true;
    }

    /** A connection that is over, or a flow whose time is, makes way for one by the same ends. */
    private boolean makeWay(int flow, long nowNs) {
        if (living(flow, nowNs) == NONE) {
            return true;
        }
        if (!progress.isClosing(flow)) {
            return false;
        }
        remove(flow);
        counters.add(Count.FLOWS_REPLACED, 1);
        return true;
    }

    private int outboundOf(FastPath.Left left, long ports) {
        return outbound.find(
                left.ownHigh(), left.ownLow(), left.dialledHigh(), left.dialledLow(), ports & FlowPorts.OUTBOUND);
    }

    private int inboundOf(FastPath.Left left, long ports) {
        return inbound.find(
                left.remoteInstanceHigh(),
                left.remoteInstanceLow(),
                left.ownHigh(),
                left.ownLow(),
                ports & FlowPorts.INBOUND);
    }

    /** Both ends as of this epoch's tables. */
    void renew(int slot, Attachment own, Target remote, int epoch) {
        write(slot, own, remote, epoch);
        if (census.isParted(slot) && !remote.isLost()) {
            census.rejoin(slot, remote.route().instance(), !progress.isClosing(slot));
        }
    }

    /**
     * The remote end is gone. The flow stays, so that what the own end still sends on it is known to belong to it; a TCP
     * flow is closing from now on.
     *
     * @return whether the own end has a TCP connection to be reset
     */
    boolean part(int slot, long nowNs) {
        noteMoved(slot);
        path.release(slot);
        census.part(slot);
        boolean isConnection = progress.isConnection(slot);
        if (isConnection) {
            progress.reset(slot);
            ages.use(slot, Kind.CLOSING, nowNs);
        }
        return isConnection;
    }

    void remove(int slot) {
        path.forget(slot);
        outbound.remove(slot);
        inbound.remove(slot);
        ages.remove(slot);
        census.remove(slot);
        clear(slot);
        free[free.length - size] = slot;
        size--;
    }

    /** A copy of the flow in a slot, for the disk. @return null where there is none that could go on */
    @Nullable
    KeptFlow keep(int slot, long nowNs) {
        if (isFree(slot)) {
            return null;
        }
        noteMoved(slot);
        if (census.isParted(slot) || ages.isExpired(slot, nowNs)) {
            return null;
        }
        return new KeptFlow(
                own(slot).instance(),
                remote(slot).route().instance(),
                new Ipv6(ownHigh(slot), ownLow(slot)),
                new Ipv6(dialledHigh(slot), dialledLow(slot)),
                new Ipv6(remoteHigh(slot), remoteLow(slot)),
                ports(slot),
                census.isOpenedHere(slot),
                progress.state(slot),
                ages.kind(slot),
                ages.silentNs(slot, nowNs));
    }

    /**
     * Enters a flow of an earlier run. Call it for the one first that was silent for longest.
     *
     * @return whether it is in the table now
     */
    boolean restore(KeptFlow kept, Attachment own, Target remote, long nowNs) {
        long ports = kept.ports();
        boolean isKnown = outbound.find(kept.ownIp(), kept.dialled(), ports & FlowPorts.OUTBOUND) != NONE
                || inbound.find(kept.remoteIp(), kept.ownIp(), ports & FlowPorts.INBOUND) != NONE;
        if (isKnown || kept.silentNs() >= kept.kind().silenceNs || size == free.length) {
            return false;
        }
        int slot = take(nowNs);
        write(slot, own, kept.dialled().high(), kept.dialled().low(), remote, ports, NEVER);
        progress.restore(slot, kept.progress());
        ages.add(slot, kept.kind(), nowNs - kept.silentNs());
        outbound.add(slot);
        inbound.add(slot);
        census.add(slot, own.instance(), remote.route().instance(), kept.openedHere());
        if (kept.kind() == Kind.CLOSING) {
            census.finish(slot);
        }
        path.hold(described(slot));
        counters.add(Count.FLOWS_RESTORED, 1);
        return true;
    }

    /** Forgets flows that were silent for too long. @return how many, at most {@code most} */
    public int expire(long nowNs, int most) {
        int expired = 0;
        int looked = 0;
        for (int slot = ages.expired(nowNs); slot != NONE && looked < most; slot = ages.expired(nowNs)) {
            looked++;
            noteMoved(slot);
            if (ages.isExpired(slot, nowNs)) {
                remove(slot);
                expired++;
            }
        }
        counters.add(Count.FLOWS_EXPIRED, expired);
        return expired;
    }

    private int living(int slot, long nowNs) {
        if (slot == NONE) {
            return NONE;
        }
        noteMoved(slot);
        if (!ages.isExpired(slot, nowNs)) {
            return slot;
        }
        remove(slot);
        counters.add(Count.FLOWS_EXPIRED, 1);
        return NONE;
    }

    boolean isExpired(int slot, long nowNs) {
        return ages.isExpired(slot, nowNs);
    }
}
