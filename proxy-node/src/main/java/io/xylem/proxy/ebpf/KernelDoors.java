package io.xylem.proxy.ebpf;

import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Doors;
import io.xylem.proxy.domain.FastPath;
import io.xylem.proxy.domain.Target;
import io.xylem.proxy.linux.BpfMap;
import io.xylem.proxy.linux.RouteQuery;
import java.nio.ByteBuffer;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The doors through which the programs open flows: the maps {@code doors}, {@code desks}, {@code targets}. Numbers of desks
 * and targets are given in a circle, so what a program that runs at this moment has read means nothing else yet.
 *
 * <pre>
 *  pair:   source 0 | destination 16 | device 32
 *  door:   own instance IP 0 | own device 16 | desk 20 | target 24 | … 32
 *  target: instance IP 0 (IPv4), 8 | namespace IP 4 (IPv4), 24 | peer 40 | self 56 | next hop 72 | device 88
 *          peer's port 92 | … 96
 * </pre>
 */
final class KernelDoors implements Doors {
    private static final int NONE = -1;
    private static final int PEER_AT = 40;
    private static final int DEVICE_AT = 88;

    /** @param device through which its packets come; 0: the tunnel */
    private record KernelDoor(
            long sourceHigh, long sourceLow, long destinationHigh, long destinationLow, int device, int ownDevice)
            implements Door {}

    /** A target as the programs know it; without a way when it is on this worker, in which case it has a device. */
    private record Known(int index, RouteQuery.@Nullable Way way, int device) {}

    private final BpfMap doors;
    private final BpfMap targets;
    private final ByteBuffer desks;
    private final Tickets tickets;
    private final KernelFlows flows;
    private final KernelFlows.Ways ways;
    private final ToIntFunction<Attachment> deviceOf;
    private final IdentityHashMap<Target, Known> known = new IdentityHashMap<>();
    private final @Nullable Target[] byIndex;
    private int nextTarget;
    private int nextDesk;

    KernelDoors(
            Programs programs,
            OpenedMemory memory,
            FlowUses uses,
            KernelFlows flows,
            KernelFlows.Ways ways,
            ToIntFunction<Attachment> deviceOf,
            int maxFlows) {
        doors = programs.map("doors");
        targets = programs.map("targets");
        desks = memory.desks();
        this.flows = flows;
        this.ways = ways;
        this.deviceOf = deviceOf;
        byIndex = new Target[targets.shape().entries()];
        shutAll(); // an earlier process's
        tickets = new Tickets(memory.office(), memory.tickets(), uses, Math.min(Tickets.TICKETS, maxFlows / 4));
    }

    @Override
    public int slotsWanted() {
        return tickets.wanted();
    }

    @Override
    public void give(int slot) {
        tickets.give(slot, flows.begin(slot));
    }

    @Override
    public @Nullable Opened next() {
        if (!tickets.advance()) {
            return null;
        }
        int target = tickets.target();
        return new Opened(tickets.slot(), tickets.flow(), target < 0 ? null : byIndex[target], tickets.hasPartner());
    }

    @Override
    public void keep(FastPath.Flow flow) {
        flows.keepOpened(flow, FastPath.NO_FLOW);
    }

    @Override
    public void keep(FastPath.Flow sender, FastPath.Flow receiver) {
        flows.keepOpened(sender, receiver.slot());
        flows.keepOpened(receiver, sender.slot());
    }

    @Override
    public void undo(Opened opened) {
        if (opened.flow() != null) {
            flows.undo(opened.flow(), opened.slot());
        }
    }

    @Override
    public @Nullable Desk newDesk() {
        if (nextDesk * KernelDesk.BYTES >= desks.capacity()) {
            return null;
        }
        return new KernelDesk(desks, nextDesk++, this::index);
    }

    @Override
    public @Nullable Door open(Attachment own, long dialledHigh, long dialledLow, Desk to) {
        return open(own, dialledHigh, dialledLow, ((KernelDesk) to).index, NONE);
    }

    @Override
    public @Nullable Door open(Attachment own, long dialledHigh, long dialledLow, Target to) {
        int target = index(to);
        return target == NONE ? null : open(own, dialledHigh, dialledLow, NONE, target);
    }

    private @Nullable Door open(Attachment own, long dialledHigh, long dialledLow, int desk, int target) {
        int device = deviceOf.applyAsInt(own);
        boolean v4 = Addresses.isV4(dialledHigh, dialledLow);
        KernelDoor door = new KernelDoor(
                Addresses.high(own.namespaceIp(), v4),
                Addresses.low(own.namespaceIp(), v4),
                dialledHigh,
                dialledLow,
                device,
                device);
        return device == 0 ? null : put(door, own, v4, desk, target);
    }

    @Override
    public @Nullable Door accept(Attachment own, long sourceHigh, long sourceLow, Target from) {
        int device = deviceOf.applyAsInt(own);
        int target = index(from);
        boolean v4 = Addresses.isV4(sourceHigh, sourceLow);
        KernelDoor door = new KernelDoor(
                sourceHigh,
                sourceLow,
                Addresses.high(own.namespaceIp(), v4),
                Addresses.low(own.namespaceIp(), v4),
                0,
                device);
        return device == 0 || target == NONE ? null : put(door, own, v4, NONE, target);
    }

    private @Nullable Door put(KernelDoor door, Attachment own, boolean v4, int desk, int target) {
        key(door);
        ByteBuffer value = doors.value();
        FlowEntry.address(value, 0, Addresses.high(own.instanceIp(), v4), Addresses.low(own.instanceIp(), v4));
        value.putInt(16, door.ownDevice).putInt(20, desk).putInt(24, target).putInt(28, 0);
        return doors.put() ? door : null;
    }

    private void key(KernelDoor door) {
        FlowEntry.address(doors.key(), 0, door.sourceHigh, door.sourceLow);
        FlowEntry.address(doors.key(), 16, door.destinationHigh, door.destinationLow);
        doors.key().putInt(32, door.device);
    }

    @Override
    public void shut(Door door) {
        key((KernelDoor) door);
        doors.remove();
    }

    @Override
    public void shutAll() {
        doors.forEach((key, value) -> {
            doors.key().put(0, key, 0, key.limit());
            doors.remove();
        });
        known.clear();
        nextDesk = nextDesk * KernelDesk.BYTES >= desks.capacity() ? 0 : nextDesk;
    }

    /** @return {@link #NONE} when the programs can't reach it */
    private int index(Target target) {
        Known is = known.get(target);
        if (is == null) {
            is = learn(target);
            known.put(target, is);
        }
        return is.index;
    }

    private Known learn(Target target) {
        RouteQuery.Way way = target.local() ? null : ways.to(target.peerHigh(), target.peerLow());
        int device = way == null ? localDevice(target) : way.device();
        if (device == 0) {
            return new Known(NONE, null, 0);
        }
        int index = nextTarget;
        nextTarget = (nextTarget + 1) % byIndex.length;
        ByteBuffer value = targets.value();
        value.putInt(0, Integer.reverseBytes(target.route().instanceIp().v4().bits()))
                .putInt(
                        4,
                        Integer.reverseBytes(target.route().namespaceIp().v4().bits()));
        FlowEntry.address(
                value,
                8,
                target.route().instanceIp().v6().high(),
                target.route().instanceIp().v6().low());
        FlowEntry.address(
                value,
                24,
                target.route().namespaceIp().v6().high(),
                target.route().namespaceIp().v6().low());
        if (way == null) {
            for (int at = PEER_AT; at < DEVICE_AT; at += Long.BYTES) {
                value.putLong(at, 0);
            }
        } else {
            FlowEntry.address(value, PEER_AT, target.peerHigh(), target.peerLow());
            FlowEntry.way(value, PEER_AT + 16, way);
        }
        value.putInt(DEVICE_AT, device)
                .putInt(DEVICE_AT + 4, Short.toUnsignedInt(Short.reverseBytes((short) target.peerPort())));
        targets.key().putInt(0, index);
        byIndex[index] = target;
        return new Known(targets.put() ? index : NONE, way, device);
    }

    private int localDevice(Target target) {
        return target.local()
                ? deviceOf.applyAsInt(new Attachment(
                        target.route().instance(),
                        target.route().instanceIp(),
                        target.route().namespaceIp()))
                : 0;
    }

    @Override
    public boolean isCurrent(Door door, Attachment own) {
        return ((KernelDoor) door).ownDevice == deviceOf.applyAsInt(own);
    }

    @Override
    public boolean areCurrent() {
        if (known.size() > byIndex.length / 2) {
            return false; // most are of routes that are gone
        }
        for (Map.Entry<Target, Known> entry : known.entrySet()) {
            Target target = entry.getKey();
            Known is = entry.getValue();
            RouteQuery.Way way = target.local() ? null : ways.to(target.peerHigh(), target.peerLow());
            if (!Objects.equals(way, is.way) || (way == null && localDevice(target) != is.device)) {
                return false;
            }
        }
        return true;
    }
}
