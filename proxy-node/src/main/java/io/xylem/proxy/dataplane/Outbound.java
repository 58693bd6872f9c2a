package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.Packet;
import io.xylem.proxy.domain.Target;
import io.xylem.proxy.domain.Verdict;
import java.io.IOException;

/**
 * From this worker's instances to others, and to its own. A super-packet is translated once; to another worker it goes as
 * the packets that it stands for, to an instance here as it is.
 */
final class Outbound {
    /** A super-packet is 47 packets of 1 450 bytes; the tunnel takes as many in some system calls. */
    static final int TUNNEL_PACKETS = 256;

    private final PacketDevice device;
    private final Tunnel tunnel;
    private final Handler handler;
    private final Answering answering;
    private final Counters counters;
    private final PacketBatch fromDevice;
    private final PacketBatch toTunnel;
    private final PacketBatch toDevice;
    private final Segmenter segmenter;

    Outbound(
            PacketDevice device,
            Tunnel tunnel,
            Handler handler,
            Answering answering,
            Counters counters,
            PacketMemory memory,
            ForwardingAgent.Limits limits) {
        this.device = device;
        this.tunnel = tunnel;
        this.handler = handler;
        this.answering = answering;
        this.counters = counters;
        fromDevice = memory.slots(limits.batchPackets(), limits.maxPacketBytes());
        toTunnel = memory.views(TUNNEL_PACKETS, TUNNEL_PACKETS);
        toDevice = memory.views(limits.batchPackets(), 0);
        segmenter = new Segmenter(memory.slots(TUNNEL_PACKETS, Segmenter.MAX_HEADER_BYTES));
    }

    static int memoryBytes(ForwardingAgent.Limits limits) {
        return PacketMemory.slotsBytes(limits.batchPackets(), limits.maxPacketBytes())
                + PacketMemory.slotsBytes(TUNNEL_PACKETS, Segmenter.MAX_HEADER_BYTES);
    }

    /** @return how many slots were read */
    int forward(boolean isReady, long nowNs) throws IOException {
        fromDevice.clear();
        int released = handler.release(Direction.OUTBOUND, fromDevice);
        int read = released + (isReady ? device.read(fromDevice) : 0);
        for (int slot = 0; slot < fromDevice.count(); slot++) {
            switch (handler.outbound(fromDevice, slot, nowNs)) {
                case Target target when target.local() -> deliver(slot, handler.inboundToo(fromDevice, slot, nowNs));
                case Target target -> send(slot, target);
                case Drop reason ->
                    handler.refuse(Direction.OUTBOUND, fromDevice, slot, reason, slot >= released, nowNs);
            }
        }
        flushToTunnel();
        flushToDevice();
        answering.flush();
        return read;
    }

    private void send(int slot, Target target) throws IOException {
        Packet packet = handler.packet();
        int packets = fromDevice.packets(slot);
        if (packets == 1) {
            PartialChecksum.complete(fromDevice, slot);
            makeRoom();
            setPeer(toTunnel.addFrom(fromDevice, slot), target);
            counters.add(Count.SENT_BYTES, packet.length());
            return;
        }
        if (!segmenter.begin(fromDevice, slot, packet)) {
            counters.drop(Direction.OUTBOUND, Drop.EXTENSION_HEADER, packets);
            return;
        }
        while (segmenter.hasNext()) {
            makeRoom();
            setPeer(segmenter.next(toTunnel), target);
        }
        counters.add(Count.CUT_SUPERPACKETS, 1);
        counters.add(Count.SENT_BYTES, packet.length() + (packets - 1L) * packet.headerBytes());
    }

    private void setPeer(int slot, Target target) {
        toTunnel.setPeer(slot, target.peerHigh(), target.peerLow(), target.peerPort());
    }

    private void makeRoom() throws IOException {
        if (toTunnel.isFull()) {
            flushToTunnel();
        }
    }

    private void deliver(int slot, Verdict.Inbound verdict) {
        switch (verdict) {
            case Attachment _ -> {
                toDevice.addFrom(fromDevice, slot);
                counters.add(Count.DELIVERED_BYTES, fromDevice.length(slot));
            }
            case Drop reason -> counters.drop(Direction.INBOUND, reason, fromDevice.packets(slot));
        }
    }

    private void flushToTunnel() throws IOException {
        if (toTunnel.count() > 0) {
            int taken = tunnel.send(toTunnel);
            counters.add(Count.SENT_PACKETS, taken);
            counters.drop(Direction.OUTBOUND, Drop.TUNNEL_REFUSED, toTunnel.count() - taken - tunnel.refused());
            toTunnel.clear();
        }
    }

    private void flushToDevice() throws IOException {
        if (toDevice.count() > 0) {
            int taken = device.write(toDevice);
            counters.add(Count.DELIVERED_PACKETS, taken);
            counters.drop(Direction.INBOUND, Drop.DEVICE_REFUSED, toDevice.packets() - taken);
            toDevice.clear();
        }
    }
}
