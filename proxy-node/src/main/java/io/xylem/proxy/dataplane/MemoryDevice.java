package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Packet;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A device without a kernel: two bounded queues of packets, for tests and simulations. Super-packets that are written come
 * out as the packets that they stand for, as a kernel would deliver them. One thread.
 */
public final class MemoryDevice implements PacketDevice {
    private record Waiting(byte[] packet, int segmentBytes) {}

    private final int capacity;
    private final Merging merging;
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private final Queue<byte[]> written = new ArrayDeque<>();
    private final Cutter cutter = new Cutter();

    /** @param capacity how many packets each queue holds; further ones are refused */
    public MemoryDevice(int capacity) {
        this(capacity, Merging.NOTHING);
    }

    public MemoryDevice(int capacity, Merging merging) {
        this.capacity = capacity;
        this.merging = merging;
    }

    /** An instance sends. @return false when there is no room */
    public boolean offer(byte[] packet) {
        return offer(packet, 0);
    }

    /**
     * An instance sends what stands for many packets, or leaves its checksum to the device.
     *
     * @param segmentBytes of the payload that are a packet's; 0 for a packet as it is
     */
    public boolean offer(byte[] packet, int segmentBytes) {
        return waiting.size() < capacity && waiting.add(new Waiting(packet.clone(), segmentBytes));
    }

    /** An instance receives. @return the packet written first, or null */
    public byte @Nullable [] poll() {
        return written.poll();
    }

    @Override
    public Merging merging() {
        return merging;
    }

    @Override
    public int read(PacketBatch into) {
        int read = 0;
        while (!into.isFull() && !waiting.isEmpty()) {
            Waiting next = waiting.remove();
            int slot = copyIn(next.packet, into);
            Packet packet = new Packet();
            if (next.segmentBytes > 0
                    && packet.wrap(into.memory(), into.offset(slot), into.length(slot)) == null
                    && packet.hasPorts()) {
                into.setSegmentBytes(slot, next.segmentBytes);
                PartialChecksum.leave(into, slot, packet.isV4(), packet.transportStart(), packet.isTcp());
            }
            read++;
        }
        return read;
    }

    @Override
    public int write(PacketBatch from) {
        int taken = 0;
        for (int slot = 0; slot < from.count() && written.size() + from.packets(slot) <= capacity; slot++) {
            cutter.cut(from, slot, written);
            taken += from.packets(slot);
        }
        return taken;
    }

    @Override
    public void close() {
        waiting.clear();
    }

    /** What a receiver sees of what is written. */
    private static final class Cutter {
        private static final int MAX_PACKET_BYTES = 65_535;

        private final PacketMemory memory = new PacketMemory(
                PacketMemory.slotsBytes(1, MAX_PACKET_BYTES) + PacketMemory.slotsBytes(1, Segmenter.MAX_HEADER_BYTES));
        private final PacketBatch whole = memory.slots(1, MAX_PACKET_BYTES);
        private final Segmenter segmenter = new Segmenter(memory.slots(1, Segmenter.MAX_HEADER_BYTES));
        private final PacketBatch cut = memory.views(1, 1);
        private final Packet packet = new Packet();

        void cut(PacketBatch from, int slot, Queue<byte[]> into) {
            whole.clear();
            copyIn(copyOut(from, slot), whole);
            boolean isPartial = from.isChecksumPartial(slot);
            if (isPartial) {
                whole.setPartialChecksum(0, from.checksumStart(slot), from.checksumField(slot));
            }
            whole.setSegmentBytes(0, from.segmentBytes(slot));
            if (from.packets(slot) > 1
                    && packet.wrap(whole.memory(), whole.offset(0), whole.length(0), isPartial) == null
                    && segmenter.begin(whole, 0, packet)) {
                while (segmenter.hasNext()) {
                    cut.clear();
                    into.add(copyOut(cut, segmenter.next(cut)));
                }
            } else {
                PartialChecksum.complete(whole, 0);
                into.add(copyOut(whole, 0));
            }
        }
    }

    /** What does not fit into a slot is cut, as a datagram is. @return the slot */
    static int copyIn(byte[] packet, PacketBatch into) {
        int length = Math.min(packet.length, into.maxPacketBytes());
        into.memory().put(into.offset(into.count()), packet, 0, length);
        return into.add(length);
    }

    /** With the pieces that follow its head. */
    static byte[] copyOut(PacketBatch from, int slot) {
        byte[] packet = new byte[from.length(slot)];
        int at = from.headLength(slot);
        from.memory().get(from.offset(slot), packet, 0, at);
        for (int piece = from.firstPiece(slot); piece != PacketBatch.NONE; piece = from.nextPiece(piece)) {
            from.memory().get(from.pieceOffset(piece), packet, at, from.pieceLength(piece));
            at += from.pieceLength(piece);
        }
        return packet;
    }
}
