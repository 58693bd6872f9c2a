package io.xylem.proxy.linux;

import io.xylem.proxy.dataplane.PacketBatch;
import java.lang.foreign.Arena;

/** What {@code writev} wants for one packet: its virtio header, its head, its pieces. */
final class WrittenPacket {
    /** UIO_MAXIOV of linux/uio.h. */
    private static final int MAX_VECTORS = 1024;

    private final BatchAddress batchAddress = new BatchAddress();
    private final long header;
    private final long vectors;

    WrittenPacket(Arena arena) {
        header = arena.allocate(VirtioHeader.BYTES, 8).address();
        vectors = arena.allocate((long) MAX_VECTORS * MessageVector.IOVEC_BYTES, 8)
                .address();
        MessageVector.vector(vectors, header, VirtioHeader.BYTES);
    }

    long vectors() {
        return vectors;
    }

    /** @return how many vectors there are */
    int set(PacketBatch from, int slot) {
        long memory = batchAddress.of(from);
        VirtioHeader.write(header, from, slot);
        MessageVector.vector(place(1), memory + from.offset(slot), from.headLength(slot));
        int count = 2;
        for (int piece = from.firstPiece(slot); piece >= 0; piece = from.nextPiece(piece)) {
            MessageVector.vector(place(count++), memory + from.pieceOffset(piece), from.pieceLength(piece));
        }
        return count;
    }

    private long place(int vector) {
        return vectors + (long) vector * MessageVector.IOVEC_BYTES;
    }
}
