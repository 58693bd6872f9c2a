package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.INT_BE;
import static io.xylem.proxy.linux.Native.LONG;
import static io.xylem.proxy.linux.Native.LONG_BE;
import static io.xylem.proxy.linux.Native.MEMORY;
import static io.xylem.proxy.linux.Native.SHORT_BE;

import io.xylem.proxy.dataplane.PacketBatch;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;

/**
 * The structures that {@code recvmmsg} and {@code sendmmsg} want, one a slot of a batch, pointing into the batch's own
 * memory. Laid out once; each call sets places, lengths and peers. Layout of 64-bit Linux:
 *
 * <pre>
 *  struct mmsghdr (64): name* 0 | namelen u32 8 | iov* 16 | iovlen 24 | control* 32 | controllen 40 | flags 48 | len u32 56
 *  struct iovec   (16): base* 0 | len 8
 *  sockaddr_in    (16): family u16 0 | port be16 2 | address be32 4
 *  sockaddr_in6   (28): family u16 0 | port be16 2 | flow 4 | address 16 bytes 8 | scope 24
 * </pre>
 */
final class MessageVector {
    static final int HEADER_BYTES = 64;
    private static final int IOVEC_BYTES = 16;
    private static final int NAME_BYTES = 32;

    private static final int NAME_LENGTH = 8;
    private static final int MESSAGE_LENGTH = 56;

    private final Arena arena;
    private final boolean v6;
    private final BatchAddress batchAddress = new BatchAddress();
    private long memory;
    private int capacity;
    private long headers;
    private long vectors;
    private long names;

    /** @param v6 whether peers are {@code sockaddr_in6}, IPv4 ones mapped, or {@code sockaddr_in} */
    MessageVector(Arena arena, boolean v6) {
        this.arena = arena;
        this.v6 = v6;
    }

    /** @return the address of the header of a slot */
    long header(int slot) {
        return headers + (long) slot * HEADER_BYTES;
    }

    /** Takes up a batch, which costs nothing when its memory is that of the last one. */
    void use(PacketBatch batch) {
        if (batch.capacity() > capacity) {
            layOut(batch.capacity());
        }
        memory = batchAddress.of(batch);
    }

    private void layOut(int slots) {
        capacity = slots;
        headers = arena.allocate((long) capacity * HEADER_BYTES, 8).address();
        vectors = arena.allocate((long) capacity * IOVEC_BYTES, 8).address();
        names = arena.allocate((long) capacity * NAME_BYTES, 8).address();
        for (int slot = 0; slot < capacity; slot++) {
            MEMORY.set(LONG, header(slot), name(slot));
            MEMORY.set(LONG, header(slot) + 16, vector(slot));
            MEMORY.set(LONG, header(slot) + 24, 1);
        }
    }

    /** Before receiving: the kernel overwrote the lengths, and a slot's place changes when its packet moves on. */
    void makeRoom(int slot, PacketBatch into) {
        MEMORY.set(INT, header(slot) + NAME_LENGTH, NAME_BYTES);
        MEMORY.set(LONG, vector(slot), memory + into.offset(slot));
        MEMORY.set(LONG, vector(slot) + 8, into.maxPacketBytes());
    }

    /** After receiving. */
    int length(int slot) {
        return MEMORY.get(INT, header(slot) + MESSAGE_LENGTH);
    }

    void readPeer(int slot, PacketBatch into) {
        long name = name(slot);
        int port = Short.toUnsignedInt(MEMORY.get(SHORT_BE, name + 2));
        if (v6) {
            into.setPeer(slot, MEMORY.get(LONG_BE, name + 8), MEMORY.get(LONG_BE, name + 16), port);
        } else {
            into.setPeer(slot, 0, PacketBatch.mappedV4(MEMORY.get(INT_BE, name + 4)), port);
        }
    }

    /** Before sending. An IPv6 peer on an IPv4 socket keeps its family, so that the kernel refuses it by name. */
    void write(int slot, PacketBatch from) {
        long name = name(slot);
        boolean asV6 = v6 || !PacketBatch.isMappedV4(from.peerHigh(slot), from.peerLow(slot));
        MEMORY.set(ValueLayout.JAVA_SHORT, name, (short) (asV6 ? Sockets.AF_INET6 : Sockets.AF_INET));
        MEMORY.set(SHORT_BE, name + 2, (short) from.peerPort(slot));
        if (asV6) {
            MEMORY.set(INT, name + 4, 0);
            MEMORY.set(LONG_BE, name + 8, from.peerHigh(slot));
            MEMORY.set(LONG_BE, name + 16, from.peerLow(slot));
            MEMORY.set(INT, name + 24, 0);
        } else {
            MEMORY.set(INT_BE, name + 4, (int) from.peerLow(slot));
        }
        MEMORY.set(INT, header(slot) + NAME_LENGTH, asV6 ? 28 : 16);
        MEMORY.set(LONG, vector(slot), memory + from.offset(slot));
        MEMORY.set(LONG, vector(slot) + 8, from.length(slot));
    }

    private long vector(int slot) {
        return vectors + (long) slot * IOVEC_BYTES;
    }

    private long name(int slot) {
        return names + (long) slot * NAME_BYTES;
    }
}
