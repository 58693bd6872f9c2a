package io.xylem.proxy.dataplane;

import java.nio.ByteBuffer;

/**
 * One piece of memory outside the heap, cut into the batches among which packets go without being copied. A port
 * translates an offset of any of them into an address in the same way.
 */
final class PacketMemory {
    private final ByteBuffer bytes;
    private int used;

    PacketMemory(int sizeBytes) {
        bytes = ByteBuffer.allocateDirect(sizeBytes);
    }

    static int slotsBytes(int capacity, int maxPacketBytes) {
        return Math.multiplyExact(capacity, PacketBatch.HEADROOM_BYTES + maxPacketBytes);
    }

    /** A batch with room for packets. */
    PacketBatch slots(int capacity, int maxPacketBytes) {
        int first = used;
        used = Math.addExact(used, slotsBytes(capacity, maxPacketBytes));
        if (used > bytes.capacity()) {
            throw new IllegalArgumentException(used + " bytes are asked for, of " + bytes.capacity());
        }
        PacketBatch batch = new PacketBatch(bytes, capacity, 0, maxPacketBytes);
        for (int slot = 0; slot < capacity; slot++) {
            batch.place(slot, first + slotsBytes(slot, maxPacketBytes) + PacketBatch.HEADROOM_BYTES);
        }
        return batch;
    }

    /** A batch without room of its own, for packets that are in other batches, in up to so many pieces all together. */
    PacketBatch views(int capacity, int pieces) {
        return new PacketBatch(bytes, capacity, pieces, 0);
    }
}
