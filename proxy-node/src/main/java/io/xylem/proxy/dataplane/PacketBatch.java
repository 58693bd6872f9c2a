package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Addresses;
import java.nio.ByteBuffer;

/**
 * A fixed number of packet slots in one piece of memory outside the heap, filled by a port, rewritten in place and
 * emptied by the other port. Nothing is allocated after the constructor. Belongs to one thread.
 *
 * <p>Batches made together by {@link #sharing} live in the same memory, and a packet goes from one to another by an
 * exchange of slots ({@link #moveTo}). So the place of a slot may change between calls of a port: ask {@link #offset}
 * each time.
 *
 * <pre>
 *  slot:  | headroom ............ | packet (raw IPv4 or IPv6) ............ | unused |
 *         0                       HEADROOM_BYTES                           + length
 * </pre>
 *
 * A peer is the outer address of a tunnel packet: IPv6, or IPv4 mapped into it ({@code ::ffff:a.b.c.d}, RFC 4291).
 */
public final class PacketBatch {
    /** Room in front of each packet for a header that a port prepends without copying. */
    public static final int HEADROOM_BYTES = 64;

    private final ByteBuffer memory;
    private final int slotBytes;
    private final int[] offsets;
    private final int[] lengths;
    private final long[] peerHigh;
    private final long[] peerLow;
    private final int[] peerPort;
    private int count;

    /** @param maxPacketBytes the longest packet a slot can hold; a longer one does not fit and is its port's to count */
    public PacketBatch(int capacity, int maxPacketBytes) {
        this(memory(capacity, maxPacketBytes), 0, capacity, maxPacketBytes);
    }

    private PacketBatch(ByteBuffer memory, int firstSlot, int capacity, int maxPacketBytes) {
        this.memory = memory;
        slotBytes = HEADROOM_BYTES + maxPacketBytes;
        offsets = new int[capacity];
        for (int slot = 0; slot < capacity; slot++) {
            offsets[slot] = (firstSlot + slot) * slotBytes + HEADROOM_BYTES;
        }
        lengths = new int[capacity];
        peerHigh = new long[capacity];
        peerLow = new long[capacity];
        peerPort = new int[capacity];
    }

    /** Batches among which packets can be moved without copying. */
    public static PacketBatch[] sharing(int batches, int capacity, int maxPacketBytes) {
        ByteBuffer memory = memory(Math.multiplyExact(batches, capacity), maxPacketBytes);
        PacketBatch[] made = new PacketBatch[batches];
        for (int i = 0; i < batches; i++) {
            made[i] = new PacketBatch(memory, i * capacity, capacity, maxPacketBytes);
        }
        return made;
    }

    private static ByteBuffer memory(int slots, int maxPacketBytes) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(slots, HEADROOM_BYTES + maxPacketBytes));
    }

    /** All slots; big-endian. Positions and limits are nobody's: use absolute access at {@link #offset}. */
    public ByteBuffer memory() {
        return memory;
    }

    public int capacity() {
        return lengths.length;
    }

    public int maxPacketBytes() {
        return slotBytes - HEADROOM_BYTES;
    }

    /** How many slots are filled; they are the first ones. */
    public int count() {
        return count;
    }

    public boolean isFull() {
        return count == lengths.length;
    }

    public void clear() {
        count = 0;
    }

    /** Index into {@link #memory} of the first byte of the packet in a slot, filled or not. */
    public int offset(int slot) {
        return offsets[slot];
    }

    public int length(int slot) {
        return lengths[slot];
    }

    /** Takes the next free slot, whose packet bytes the caller has written or will write. @return the slot */
    public int add(int lengthBytes) {
        lengths[count] = lengthBytes;
        return count++;
    }

    /**
     * Adds the packet of a slot to another batch of the same memory, which gives a free slot in exchange. What the slot
     * holds afterwards is nobody's; peers don't move.
     *
     * @return the slot in {@code other}
     */
    @SuppressWarnings("ReferenceEquality") // the very memory, not its contents
    public int moveTo(PacketBatch other, int slot) {
        if (other.memory != memory) {
            throw new IllegalArgumentException("the two batches do not share their memory");
        }
        int added = other.add(lengths[slot]);
        int free = other.offsets[added];
        other.offsets[added] = offsets[slot];
        offsets[slot] = free;
        return added;
    }

    public void setPeer(int slot, long high, long low, int port) {
        peerHigh[slot] = high;
        peerLow[slot] = low;
        peerPort[slot] = port;
    }

    public long peerHigh(int slot) {
        return peerHigh[slot];
    }

    public long peerLow(int slot) {
        return peerLow[slot];
    }

    public int peerPort(int slot) {
        return peerPort[slot];
    }

    /** The low half of an IPv4-mapped address; its high half is 0. */
    public static long mappedV4(int address) {
        return Addresses.mapped(address);
    }

    public static boolean isMappedV4(long high, long low) {
        return Addresses.isV4(high, low);
    }
}
