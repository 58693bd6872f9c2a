package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import java.io.IOException;

/** From other workers to this one's instances. What was put together is translated once and delivered at once. */
final class Inbound {
    /** Trains of 64 small packets that can't be put together come in several rounds. */
    private static final int MERGED_PACKETS = 256;

    private static final int PIECES = 4_096;

    private final PacketDevice device;
    private final Tunnel tunnel;
    private final Handler handler;
    private final Probing probing;
    private final Counters counters;
    private final PacketBatch fromTunnel;
    private final PacketBatch merged;
    private final Coalescer coalescer;

    Inbound(
            PacketDevice device,
            Tunnel tunnel,
            Handler handler,
            Probing probing,
            Counters counters,
            PacketMemory memory,
            ForwardingAgent.Limits limits) {
        this.device = device;
        this.tunnel = tunnel;
        this.handler = handler;
        this.probing = probing;
        this.counters = counters;
        fromTunnel = memory.slots(limits.batchPackets(), limits.maxPacketBytes());
        merged = memory.views(MERGED_PACKETS, PIECES);
        coalescer = new Coalescer(device.merging(), merged);
    }

    static int memoryBytes(ForwardingAgent.Limits limits) {
        return PacketMemory.slotsBytes(limits.batchPackets(), limits.maxPacketBytes());
    }

    /** @return how many slots were read */
    int forward(boolean isReady, long nowNs) throws IOException {
        fromTunnel.clear();
        int released = handler.release(Direction.INBOUND, fromTunnel);
        if (released > 0) {
            deliver(false, nowNs);
            fromTunnel.clear();
        }
        if (!isReady) {
            return released;
        }
        int received = tunnel.receive(fromTunnel);
        deliver(true, nowNs);
        return released + received;
    }

    private void deliver(boolean isNew, long nowNs) throws IOException {
        coalescer.begin(fromTunnel);
        while (coalescer.fill()) {
            int kept = 0;
            for (int slot = 0; slot < merged.count(); slot++) {
                if (probing.takes(merged, slot, nowNs)) {
                    continue;
                }
                switch (handler.inbound(merged, slot, nowNs)) {
                    case Attachment _ -> {
                        counters.add(Count.DELIVERED_BYTES, handler.packet().length());
                        counters.add(Count.MERGED_SUPERPACKETS, merged.packets(slot) > 1 ? 1 : 0);
                        merged.keep(slot, kept++);
                    }
                    case Drop reason -> handler.refuse(Direction.INBOUND, merged, slot, reason, isNew, nowNs);
                }
            }
            merged.truncate(kept);
            write();
        }
    }

    private void write() throws IOException {
        if (merged.count() > 0) {
            int taken = device.write(merged);
            counters.add(Count.DELIVERED_PACKETS, taken);
            counters.drop(Direction.INBOUND, Drop.DEVICE_REFUSED, merged.packets() - taken);
        }
    }
}
