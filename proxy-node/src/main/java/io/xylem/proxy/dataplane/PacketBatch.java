package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Addresses;
import java.nio.ByteBuffer;

/**
 * A fixed number of packets in one piece of memory outside the heap, filled by a port, rewritten in place and emptied by
 * the other port. Nothing is allocated after the constructor. Belongs to one thread.
 *
 * <p>A batch has slots with room of their own, or only views of what lies in other batches of its {@link PacketMemory}. A
 * packet is its head, which begins with all headers, and any further pieces of payload:
 *
 * <pre>
 *  slot:  | headroom ............ | packet (raw IPv4 or IPv6) ............ | unused |
 *         0                       HEADROOM_BYTES                           + length
 *  view:  head ──► piece ──► piece
 * </pre>
 *
 * A <b>super-packet</b> stands for many packets of one flow: the same headers in front of each {@link #segmentBytes} of
 * the payload, of which the last may be shorter. A <b>train</b> is what one read from the tunnel may give: whole packets
 * of {@link #segmentBytes} each, one behind the other, the last maybe shorter. 0 means one packet.
 *
 * <p>A <b>partial checksum</b> (Linux's {@code CHECKSUM_PARTIAL}) is that of the pseudo-header alone, not complemented; what
 * lies between {@link #checksumStart} and the end is still to be added. Super-packets have it, as their checksum is that
 * of no packet.
 *
 * <p>A peer is the outer address of a tunnel packet: IPv6, or IPv4 mapped into it ({@code ::ffff:a.b.c.d}, RFC 4291).
 */
public final class PacketBatch {
    /** Room in front of each packet for a header that a port prepends without copying. */
    public static final int HEADROOM_BYTES = 64;

    static final int NONE = -1;

    private final ByteBuffer memory;
    private final int maxPacketBytes;
    private final int[] offsets;
    private final int[] headLengths;
    private final int[] lengths;
    private final int[] segmentBytes;
    private final int[] packets;
    private final int[] checksumStarts;
    private final int[] checksumFields;
    private final int[] firstPiece;
    private final int[] lastPiece;
    private final int[] pieceOffsets;
    private final int[] pieceLengths;
    private final int[] nextPiece;
    private final long[] peerHigh;
    private final long[] peerLow;
    private final int[] peerPort;
    private int count;
    private int pieces;

    /** @param maxPacketBytes the longest packet a slot can hold; a longer one does not fit and is its port's to count */
    public static PacketBatch of(int capacity, int maxPacketBytes) {
        return new PacketMemory(PacketMemory.slotsBytes(capacity, maxPacketBytes)).slots(capacity, maxPacketBytes);
    }

    PacketBatch(ByteBuffer memory, int capacity, int maxPieces, int maxPacketBytes) {
        this.memory = memory;
        this.maxPacketBytes = maxPacketBytes;
        offsets = new int[capacity];
        headLengths = new int[capacity];
        lengths = new int[capacity];
        segmentBytes = new int[capacity];
        packets = new int[capacity];
        checksumStarts = new int[capacity];
        checksumFields = new int[capacity];
        firstPiece = new int[capacity];
        lastPiece = new int[capacity];
        pieceOffsets = new int[maxPieces];
        pieceLengths = new int[maxPieces];
        nextPiece = new int[maxPieces];
        peerHigh = new long[capacity];
        peerLow = new long[capacity];
        peerPort = new int[capacity];
    }

    /** Where the room of a slot is. */
    void place(int slot, int offset) {
        offsets[slot] = offset;
    }

    /** All bytes; big-endian. Positions and limits are nobody's: use absolute access at {@link #offset}. */
    public ByteBuffer memory() {
        return memory;
    }

    public int capacity() {
        return lengths.length;
    }

    /** 0 in a batch of views. */
    public int maxPacketBytes() {
        return maxPacketBytes;
    }

    /** How many packets there are; they are in the first slots. */
    public int count() {
        return count;
    }

    public boolean isFull() {
        return count == lengths.length;
    }

    public void clear() {
        count = 0;
        pieces = 0;
    }

    /** Index into {@link #memory} of the first byte of the packet in a slot; of a slot with room, filled or not. */
    public int offset(int slot) {
        return offsets[slot];
    }

    /** Of the whole packet. */
    public int length(int slot) {
        return lengths[slot];
    }

    /** Of what lies at {@link #offset}; less than the length when pieces follow. */
    public int headLength(int slot) {
        return headLengths[slot];
    }

    /** Takes the next free slot, whose packet bytes the caller has written or will write. @return the slot */
    public int add(int lengthBytes) {
        return begin(lengthBytes);
    }

    /** Adds what lies elsewhere in the memory; only to a batch of views. @return the slot */
    int addView(int offset, int lengthBytes) {
        offsets[count] = offset;
        return begin(lengthBytes);
    }

    private int begin(int lengthBytes) {
        headLengths[count] = lengthBytes;
        lengths[count] = lengthBytes;
        segmentBytes[count] = 0;
        packets[count] = 1;
        checksumStarts[count] = 0;
        firstPiece[count] = NONE;
        return count++;
    }

    /** Adds a packet in one piece of another batch of the same memory, with all that is known of it. @return the slot */
    @SuppressWarnings("ReferenceEquality") // the very memory, not its contents
    int addFrom(PacketBatch other, int slot) {
        if (other.memory != memory || other.firstPiece[slot] != NONE) {
            throw new IllegalArgumentException("the packet lies in other memory, or in pieces");
        }
        int added = addView(other.offsets[slot], other.lengths[slot]);
        segmentBytes[added] = other.segmentBytes[slot];
        packets[added] = other.packets[slot];
        checksumStarts[added] = other.checksumStarts[slot];
        checksumFields[added] = other.checksumFields[slot];
        return added;
    }

    /** Keeps the packet of a slot, after those that were kept before, in a batch of views that is gone through. */
    void keep(int slot, int kept) {
        offsets[kept] = offsets[slot];
        headLengths[kept] = headLengths[slot];
        lengths[kept] = lengths[slot];
        segmentBytes[kept] = segmentBytes[slot];
        packets[kept] = packets[slot];
        checksumStarts[kept] = checksumStarts[slot];
        checksumFields[kept] = checksumFields[slot];
        firstPiece[kept] = firstPiece[slot];
    }

    /** Forgets all packets but the first ones. */
    void truncate(int kept) {
        count = kept;
    }

    boolean hasRoomForPiece() {
        return pieces < nextPiece.length;
    }

    /** More payload of a packet. */
    void append(int slot, int offset, int lengthBytes) {
        pieceOffsets[pieces] = offset;
        pieceLengths[pieces] = lengthBytes;
        nextPiece[pieces] = NONE;
        if (firstPiece[slot] == NONE) {
            firstPiece[slot] = pieces;
        } else {
            nextPiece[lastPiece[slot]] = pieces;
        }
        lastPiece[slot] = pieces++;
        lengths[slot] += lengthBytes;
    }

    /** @return the piece behind the head, or {@link #NONE} (-1) */
    public int firstPiece(int slot) {
        return firstPiece[slot];
    }

    /** @return the piece behind a piece, or {@link #NONE} (-1) */
    public int nextPiece(int piece) {
        return nextPiece[piece];
    }

    public int pieceOffset(int piece) {
        return pieceOffsets[piece];
    }

    public int pieceLength(int piece) {
        return pieceLengths[piece];
    }

    public void setSegmentBytes(int slot, int bytes) {
        segmentBytes[slot] = bytes;
    }

    /** Of a super-packet its payload's, of a train its packets' size; 0 for one packet. */
    public int segmentBytes(int slot) {
        return segmentBytes[slot];
    }

    void setPackets(int slot, int represented) {
        packets[slot] = represented;
    }

    /** How many packets a super-packet stands for, once somebody has looked at it; 1 for others. */
    public int packets(int slot) {
        return packets[slot];
    }

    /** Of all slots. */
    int packets() {
        int sum = 0;
        for (int slot = 0; slot < count; slot++) {
            sum += packets[slot];
        }
        return sum;
    }

    /**
     * The checksum is partial.
     *
     * @param start what it covers begins here, from the packet's first byte
     * @param field where it is, from {@code start}
     */
    public void setPartialChecksum(int slot, int start, int field) {
        checksumStarts[slot] = start;
        checksumFields[slot] = field;
    }

    void setCompleteChecksum(int slot) {
        checksumStarts[slot] = 0;
    }

    public boolean isChecksumPartial(int slot) {
        return checksumStarts[slot] != 0;
    }

    public int checksumStart(int slot) {
        return checksumStarts[slot];
    }

    public int checksumField(int slot) {
        return checksumFields[slot];
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
