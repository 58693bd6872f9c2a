package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;
import static io.xylem.proxy.linux.Native.MEMORY;

import io.xylem.proxy.dataplane.PacketBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/**
 * For {@code sendmmsg}: a message for each run of packets of a batch to one peer that have the same size, but for the last,
 * which may be shorter. The kernel sends each of them as a datagram (UDP_SEGMENT).
 */
final class SentMessages extends MessageVector {
    /** UDP_MAX_SEGMENTS of linux/udp.h, which was this for long. */
    private static final int MAX_SEGMENTS = 64;

    /** Less than the longest datagram of either family. */
    private static final int MAX_MESSAGE_BYTES = 65_000;

    private final boolean segmenting;
    private long vectors;
    private int vectorCapacity;
    private int[] firstSlot = {0};
    private int messages;

    SentMessages(Arena arena, boolean v6, boolean segmenting) {
        super(arena, v6);
        this.segmenting = segmenting;
    }

    /** @return how many messages the packets from slot {@code first} up to {@code end} make */
    int write(PacketBatch from, int first, int end, boolean inRuns) {
        if (layOut(from.capacity())) {
            firstSlot = new int[from.capacity() + 1];
        }
        reserveVectors(from, first, end);
        messages = 0;
        int vector = 0;
        int slot = first;
        while (slot < end) {
            int next = inRuns && segmenting ? endOfRun(from, slot, end) : slot + 1;
            vector = write(from, slot, next, vector);
            slot = next;
        }
        firstSlot[messages] = end;
        return messages;
    }

    /** How many packets the message is made of. */
    int packets(int message) {
        return firstSlot[message + 1] - firstSlot[message];
    }

    int firstSlot(int message) {
        return firstSlot[message];
    }

    private static int endOfRun(PacketBatch from, int first, int end) {
        int size = from.length(first);
        int bytes = size;
        int slot = first + 1;
        while (slot < end
                && slot - first < MAX_SEGMENTS
                && size > 0
                && from.length(slot) <= size
                && from.length(slot) > 0
                && bytes + from.length(slot) <= MAX_MESSAGE_BYTES
                && from.peerLow(slot) == from.peerLow(first)
                && from.peerHigh(slot) == from.peerHigh(first)
                && from.peerPort(slot) == from.peerPort(first)) {
            bytes += from.length(slot);
            if (from.length(slot++) < size) {
                break;
            }
        }
        return slot;
    }

    private int write(PacketBatch from, int first, int end, int firstVector) {
        long memory = memory(from);
        int vector = firstVector;
        for (int slot = first; slot < end; slot++) {
            vector(vectors + (long) vector++ * IOVEC_BYTES, memory + from.offset(slot), from.headLength(slot));
            for (int piece = from.firstPiece(slot); piece >= 0; piece = from.nextPiece(piece)) {
                vector(
                        vectors + (long) vector++ * IOVEC_BYTES,
                        memory + from.pieceOffset(piece),
                        from.pieceLength(piece));
            }
        }
        long header = header(messages);
        MEMORY.set(LONG, header + VECTOR, vectors + (long) firstVector * IOVEC_BYTES);
        MEMORY.set(LONG, header + VECTOR_LENGTH, vector - firstVector);
        MEMORY.set(LONG, header + CONTROL_LENGTH, end - first > 1 ? CONTROL_BYTES : 0);
        if (end - first > 1) {
            long control = control(messages);
            MEMORY.set(LONG, control, CONTROL_DATA + Short.BYTES);
            MEMORY.set(INT, control + CONTROL_LEVEL, Sockets.SOL_UDP);
            MEMORY.set(INT, control + CONTROL_TYPE, Sockets.UDP_SEGMENT);
            MEMORY.set(ValueLayout.JAVA_SHORT, control + CONTROL_DATA, (short) from.length(first));
        }
        writePeer(messages, from, first);
        firstSlot[messages++] = first;
        return vector;
    }

    private void reserveVectors(PacketBatch from, int first, int end) {
        int needed = 0;
        for (int slot = first; slot < end; slot++) {
            needed++;
            for (int piece = from.firstPiece(slot); piece >= 0; piece = from.nextPiece(piece)) {
                needed++;
            }
        }
        if (needed > vectorCapacity) {
            vectorCapacity = Math.max(2 * from.capacity(), needed);
            vectors = allocate(vectorCapacity, IOVEC_BYTES);
        }
    }
}
