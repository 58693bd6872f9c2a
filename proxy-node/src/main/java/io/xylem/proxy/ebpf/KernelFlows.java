package io.xylem.proxy.ebpf;

import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Doors;
import io.xylem.proxy.domain.FastPath;
import io.xylem.proxy.domain.Target;
import io.xylem.proxy.linux.BpfMap;
import io.xylem.proxy.linux.RouteQuery;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The flows that the programs know. Of a flow with another worker there is an entry for either direction; of two flows
 * between instances of this worker, the outbound entry of each, which does both steps at once.
 *
 * <pre>
 *  flows_out: own namespace IP   → dialled address    becomes  own instance IP → remote namespace IP, to the peer
 *  flows_in:  remote instance IP → own namespace IP   becomes  dialled address → own namespace IP, to the own end
 *  on one worker:
 *  flows_out: own namespace IP   → dialled address    becomes  what the receiver dialled → its namespace IP, to it
 * </pre>
 *
 * The programs enter flows too, those that come through {@link KernelDoors}.
 */
final class KernelFlows implements FastPath {
    private static final int TCP = 6;
    private static final int UDP = 17;
    /** By then the other worker has entered the flow too, unless it is very busy. */
    private static final long DATAGRAMS_WAIT_NS = 50_000_000;

    /** By which way the underlay is left for a peer. */
    interface Ways {
        /** @return null when there is none for the programs */
        RouteQuery.@Nullable Way to(long peerHigh, long peerLow);

        /** Asks anew from now on. */
        void forget();
    }

    /**
     * What was entered for a flow.
     *
     * @param partner the slot of the flow at the other end on this worker, or none
     */
    private record Carried(Flow flow, int generation, int partner, int ownDevice, RouteQuery.@Nullable Way way) {}

    private final BpfMap out;
    private final BpfMap in;
    private final FlowUses uses;
    private final PathCounts counts;
    private final LeftFlows left;
    private final KernelDoors doors;
    private final Ways ways;
    private final ToIntFunction<Attachment> deviceOf;
    private final @Nullable Carried[] carried;
    /** Datagrams' flows that only Java moves: else a door would open them anew. */
    private final @Nullable Flow[] held;

    private final BitSet slots;
    private final BitSet refused;
    private final LongSupplier clockNs;
    private final int firstGeneration;
    private int generation;

    /**
     * @param clockNs CLOCK_MONOTONIC, which is the programs' clock
     * @param deviceOf the host side of an instance on which the programs are; 0 when they are not
     * @param firstGeneration unlike those of earlier processes
     */
    KernelFlows(
            Programs programs,
            FlowUses uses,
            OpenedMemory opened,
            Ways ways,
            ToIntFunction<Attachment> deviceOf,
            LongSupplier clockNs,
            int maxFlows,
            int firstGeneration) {
        out = programs.map("flows_out");
        in = programs.map("flows_in");
        this.uses = uses;
        counts = new PathCounts(programs.map("counts"));
        left = new LeftFlows(out, in, uses);
        doors = new KernelDoors(programs, opened, uses, this, ways, deviceOf, maxFlows);
        this.ways = ways;
        this.deviceOf = deviceOf;
        carried = new Carried[maxFlows];
        held = new Flow[maxFlows];
        slots = new BitSet(maxFlows);
        refused = new BitSet(maxFlows);
        this.clockNs = clockNs;
        this.firstGeneration = firstGeneration;
        generation = firstGeneration;
    }

    @Override
    public boolean wants(int slot) {
        return !slots.get(slot) && !refused.get(slot);
    }

    @Override
    public boolean carries(int slot) {
        return slots.get(slot);
    }

    @Override
    public void carry(Flow flow) {
        int device = deviceOf.applyAsInt(flow.own());
        RouteQuery.Way way = way(flow.remote());
        if (!hasPorts(flow) || device == 0 || way == null) {
            refuse(flow);
            return;
        }
        Carried entry = new Carried(flow, begin(flow.slot()), NO_FLOW, device, way);
        keyOut(flow);
        FlowEntry.translation(
                out.value(),
                out.key(),
                flow.ownInstanceHigh(),
                flow.ownInstanceLow(),
                flow.wirePort(),
                flow.remoteHigh(),
                flow.remoteLow(),
                flow.remotePort());
        FlowEntry.devices(out.value(), device, way.device());
        FlowEntry.peer(out.value(), flow.remote(), way);
        FlowEntry.uses(out.value(), FlowUses.index(flow.slot(), FlowUses.OUTBOUND), entry.generation, 0, 0);
        FlowEntry.opened(
                out.value(), flow.openedHere(), flow.openedHere() ? clockNs.getAsLong() + DATAGRAMS_WAIT_NS : 0);
        keyIn(flow);
        FlowEntry.translation(
                in.value(),
                in.key(),
                flow.dialledHigh(),
                flow.dialledLow(),
                flow.remotePort(),
                flow.ownHigh(),
                flow.ownLow(),
                flow.ownPort());
        FlowEntry.devices(in.value(), 0, device);
        FlowEntry.peer(in.value(), flow.remote());
        FlowEntry.uses(in.value(), FlowUses.index(flow.slot(), FlowUses.INBOUND), entry.generation, 0, 0);
        FlowEntry.opened(in.value(), flow.openedHere(), 0);
        // The way in first: an answer may be faster than this thread.
        keep(entry, in.put() && out.put());
    }

    @Override
    public void carry(Flow sender, Flow receiver) {
        int fromDevice = deviceOf.applyAsInt(sender.own());
        int toDevice = deviceOf.applyAsInt(receiver.own());
        if (!hasPorts(sender) || fromDevice == 0 || toDevice == 0) {
            refuse(sender);
            return;
        }
        Carried one = new Carried(sender, begin(sender.slot()), receiver.slot(), fromDevice, null);
        Carried other = new Carried(receiver, begin(receiver.slot()), sender.slot(), toDevice, null);
        boolean there = putLocal(one, other) && putLocal(other, one);
        keep(one, there);
        keep(other, there);
    }

    /** What one sends; both steps at once. */
    private boolean putLocal(Carried from, Carried to) {
        keyOut(from.flow);
        FlowEntry.translation(
                out.value(),
                out.key(),
                to.flow.dialledHigh(),
                to.flow.dialledLow(),
                to.flow.remotePort(),
                to.flow.ownHigh(),
                to.flow.ownLow(),
                to.flow.ownPort());
        FlowEntry.devices(out.value(), from.ownDevice, to.ownDevice);
        FlowEntry.noPeer(out.value());
        FlowEntry.opened(out.value(), from.flow.openedHere(), 0);
        FlowEntry.uses(
                out.value(),
                FlowUses.index(from.flow.slot(), FlowUses.OUTBOUND),
                from.generation,
                FlowUses.index(to.flow.slot(), FlowUses.INBOUND),
                to.generation);
        return out.put();
    }

    /** Flows that the programs opened. */
    void keepOpened(Flow flow, int partner) {
        RouteQuery.Way way = partner == NO_FLOW ? way(flow.remote()) : null;
        int slot = flow.slot();
        carried[slot] = new Carried(flow, uses.generation(slot), partner, deviceOf.applyAsInt(flow.own()), way);
        slots.set(slot);
    }

    @Override
    public Doors doors() {
        return doors;
    }

    private void refuse(Flow flow) {
        refused.set(flow.slot());
        hold(flow);
    }

    @Override
    public void hold(Flow flow) {
        if (flow.protocol() != UDP || held[flow.slot()] != null) {
            return;
        }
        held[flow.slot()] = flow;
        keyOut(flow);
        FlowEntry.held(out.value());
        out.put();
        keyIn(flow);
        FlowEntry.held(in.value());
        in.put();
    }

    private void keep(Carried entry, boolean there) {
        int slot = entry.flow.slot();
        held[slot] = null;
        carried[slot] = entry;
        slots.set(slot);
        if (!there) { // the map is full
            release(slot);
            refused.set(slot);
        }
    }

    /** @return another generation for what is in this slot from now on */
    int begin(int slot) {
        uses.begin(slot, ++generation);
        return generation;
    }

    @Override
    public boolean isCurrent(int slot, Attachment own, Target now) {
        Carried was = carried[slot];
        if (was == null || was.ownDevice != deviceOf.applyAsInt(own)) {
            return false;
        }
        Target before = was.flow.remote();
        if (was.partner != NO_FLOW) {
            return now.local() && isSameEnd(before, now);
        }
        return !now.local()
                && isSameEnd(before, now)
                && isSamePeer(before, now)
                && was.way != null
                && was.way.equals(way(now));
    }

    private static boolean isSameEnd(Target before, Target now) {
        return before.route().namespaceIp().equals(now.route().namespaceIp())
                && before.route().instanceIp().equals(now.route().instanceIp());
    }

    private static boolean isSamePeer(Target before, Target now) {
        return before.peerHigh() == now.peerHigh()
                && before.peerLow() == now.peerLow()
                && before.peerPort() == now.peerPort();
    }

    @Override
    public void release(int slot) {
        Carried entry = takeBack(slot);
        if (entry != null) {
            hold(entry.flow);
        }
    }

    @Override
    public void forget(int slot) {
        takeBack(slot);
        Flow flow = held[slot];
        if (flow != null) {
            held[slot] = null;
            keyOut(flow);
            out.remove();
            keyIn(flow);
            in.remove();
        }
    }

    private @Nullable Carried takeBack(int slot) {
        Carried entry = carried[slot];
        refused.clear(slot);
        if (entry == null) {
            return null;
        }
        carried[slot] = null;
        slots.clear(slot);
        keyOut(entry.flow);
        remove(out, entry.generation);
        if (entry.partner == NO_FLOW) {
            keyIn(entry.flow);
            remove(in, entry.generation);
        } else {
            release(entry.partner);
        }
        return entry;
    }

    /** Unless the programs have opened a later flow by the same ends. */
    private static void remove(BpfMap from, int generation) {
        if (from.get() && FlowEntry.generation(from.value()) == generation) {
            from.remove();
        }
    }

    /** Ends a flow that the programs opened and the table does not take. */
    void undo(Left flow, int slot) {
        int of = uses.generation(slot);
        FlowEntry.ends(
                out.key(),
                flow.ownHigh(),
                flow.ownLow(),
                flow.ownPort(),
                flow.dialledHigh(),
                flow.dialledLow(),
                flow.remotePort(),
                flow.protocol());
        remove(out, of);
        FlowEntry.ends(
                in.key(),
                flow.remoteInstanceHigh(),
                flow.remoteInstanceLow(),
                flow.remotePort(),
                flow.ownHigh(),
                flow.ownLow(),
                flow.wirePort(),
                flow.protocol());
        remove(in, of);
    }

    @Override
    public boolean read(int slot, Use into) {
        return uses.read(slot, into);
    }

    @Override
    public int nextCarried(int slot) {
        return slots.nextSetBit(slot);
    }

    @Override
    public List<Left> left(Attachments attachments) {
        return left.of(attachments);
    }

    @Override
    public void forgetOthers() {
        left.forgetOthers(firstGeneration, generation);
    }

    @Override
    public void count(Counters into) {
        counts.addTo(into);
        refused.clear();
        ways.forget();
    }

    private RouteQuery.@Nullable Way way(Target remote) {
        return ways.to(remote.peerHigh(), remote.peerLow());
    }

    private static boolean hasPorts(Flow flow) {
        return flow.protocol() == TCP || flow.protocol() == UDP;
    }

    private void keyOut(Flow flow) {
        FlowEntry.ends(
                out.key(),
                flow.ownHigh(),
                flow.ownLow(),
                flow.ownPort(),
                flow.dialledHigh(),
                flow.dialledLow(),
                flow.remotePort(),
                flow.protocol());
    }

    private void keyIn(Flow flow) {
        FlowEntry.ends(
                in.key(),
                flow.remoteInstanceHigh(),
                flow.remoteInstanceLow(),
                flow.remotePort(),
                flow.ownHigh(),
                flow.ownLow(),
                flow.wirePort(),
                flow.protocol());
    }
}
