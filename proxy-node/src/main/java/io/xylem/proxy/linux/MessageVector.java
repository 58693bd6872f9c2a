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
 * The structures that {@code recvmmsg} and {@code sendmmsg} want, pointing into a batch's own memory. Laid out once; each
 * call sets places, lengths and peers. Layout of 64-bit Linux:
 *
 * <pre>
 *  struct mmsghdr (64): name* 0 | namelen u32 8 | iov* 16 | iovlen 24 | control* 32 | controllen 40 | flags 48 | len u32 56
 *  struct iovec   (16): base* 0 | len 8
 *  struct cmsghdr (16): len 0 | level i32 8 | type i32 12, and its data, together a multiple of 8
 *  sockaddr_in    (16): family u16 0 | port be16 2 | address be32 4
 *  sockaddr_in6   (28): family u16 0 | port be16 2 | flow 4 | address 16 bytes 8 | scope 24
 * </pre>
 */
abstract class MessageVector {
    static final int HEADER_BYTES = 64;
    static final int NAME_LENGTH = 8;
    static final int VECTOR = 16;
    static final int VECTOR_LENGTH = 24;
    static final int CONTROL = 32;
    static final int CONTROL_LENGTH = 40;
    static final int MESSAGE_LENGTH = 56;

    static final int IOVEC_BYTES = 16;
    static final int NAME_BYTES = 32;
    /** A header and an int or less. */
    static final int CONTROL_BYTES = 24;

    static final int CONTROL_LEVEL = 8;
    static final int CONTROL_TYPE = 12;
    static final int CONTROL_DATA = 16;

    private final Arena arena;
    final boolean v6;
    private final BatchAddress batchAddress = new BatchAddress();
    private int capacity;
    private long headers;
    private long names;
    private long controls;

    /** @param v6 whether peers are {@code sockaddr_in6}, IPv4 ones mapped, or {@code sockaddr_in} */
    MessageVector(Arena arena, boolean v6) {
        this.arena = arena;
        this.v6 = v6;
    }

    /** @return the address of a message's header */
    final long header(int message) {
        return headers + (long) message * HEADER_BYTES;
    }

    final long name(int message) {
        return names + (long) message * NAME_BYTES;
    }

    final long control(int message) {
        return controls + (long) message * CONTROL_BYTES;
    }

    /** Lays out as many messages, unless there are. @return whether it did */
    final boolean layOut(int messages) {
        if (messages <= capacity) {
            return false;
        }
        capacity = messages;
        headers = allocate(messages, HEADER_BYTES);
        names = allocate(messages, NAME_BYTES);
        controls = allocate(messages, CONTROL_BYTES);
        for (int message = 0; message < messages; message++) {
            MEMORY.set(LONG, header(message), name(message));
            MEMORY.set(LONG, header(message) + CONTROL, control(message));
        }
        return true;
    }

    final long allocate(int count, int bytes) {
        return arena.allocate((long) count * bytes, 8).address();
    }

    /** Where the memory of a batch begins. */
    final long memory(PacketBatch batch) {
        return batchAddress.of(batch);
    }

    static void vector(long vector, long address, long lengthBytes) {
        MEMORY.set(LONG, vector, address);
        MEMORY.set(LONG, vector + 8, lengthBytes);
    }

    final void readPeer(int message, PacketBatch into, int slot) {
        long name = name(message);
        int port = Short.toUnsignedInt(MEMORY.get(SHORT_BE, name + 2));
        if (v6) {
            into.setPeer(slot, MEMORY.get(LONG_BE, name + 8), MEMORY.get(LONG_BE, name + 16), port);
        } else {
            into.setPeer(slot, 0, PacketBatch.mappedV4(MEMORY.get(INT_BE, name + 4)), port);
        }
    }

    /** An IPv6 peer on an IPv4 socket keeps its family, so that the kernel refuses it by name. */
    final void writePeer(int message, PacketBatch from, int slot) {
        long name = name(message);
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
        MEMORY.set(INT, header(message) + NAME_LENGTH, asV6 ? 28 : 16);
    }
}
