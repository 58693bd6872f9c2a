package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;
import static io.xylem.proxy.linux.Native.MEMORY;

import io.xylem.proxy.dataplane.PacketBatch;
import java.lang.foreign.Arena;

/** For {@code recvmmsg}: a message for each free slot of a batch, into that slot. */
final class ReceivedMessages extends MessageVector {
    private long vectors;

    ReceivedMessages(Arena arena, boolean v6) {
        super(arena, v6);
    }

    /** Room for messages from the first free slot on; the kernel overwrote the lengths. @return for how many */
    int makeRoom(PacketBatch into, int most) {
        if (layOut(into.capacity())) {
            vectors = allocate(into.capacity(), IOVEC_BYTES);
            for (int message = 0; message < into.capacity(); message++) {
                MEMORY.set(LONG, header(message) + VECTOR, vectors + (long) message * IOVEC_BYTES);
                MEMORY.set(LONG, header(message) + VECTOR_LENGTH, 1);
            }
        }
        long memory = memory(into);
        int room = Math.min(most, into.capacity() - into.count());
        for (int message = 0; message < room; message++) {
            long header = header(message);
            MEMORY.set(INT, header + NAME_LENGTH, NAME_BYTES);
            MEMORY.set(LONG, header + CONTROL_LENGTH, CONTROL_BYTES);
            vector(
                    vectors + (long) message * IOVEC_BYTES,
                    memory + into.offset(into.count() + message),
                    into.maxPacketBytes());
        }
        return room;
    }

    /** Adds what came. */
    void take(int messages, PacketBatch into) {
        for (int message = 0; message < messages; message++) {
            int slot = into.add(MEMORY.get(INT, header(message) + MESSAGE_LENGTH));
            readPeer(message, into, slot);
            into.setSegmentBytes(slot, trainBytes(message));
        }
    }

    /** How long each datagram is that the kernel put behind another; 0 if it is one. */
    private int trainBytes(int message) {
        long control = control(message);
        boolean isTrain = MEMORY.get(LONG, header(message) + CONTROL_LENGTH) >= CONTROL_DATA + Integer.BYTES
                && MEMORY.get(INT, control + CONTROL_LEVEL) == Sockets.SOL_UDP
                && MEMORY.get(INT, control + CONTROL_TYPE) == Sockets.UDP_GRO;
        return isTrain ? MEMORY.get(INT, control + CONTROL_DATA) : 0;
    }
}
