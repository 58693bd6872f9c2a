package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.MEMORY;

import io.xylem.proxy.dataplane.PacketBatch;
import java.lang.foreign.ValueLayout;

/** {@code struct virtio_net_hdr} of linux/virtio_net.h, in the machine's byte order; its layout is drawn at {@link TunDevice}. */
final class VirtioHeader {
    static final int BYTES = 10;

    private static final int FLAGS = 0;
    private static final int GSO_TYPE = 1;
    private static final int HEADER_LENGTH = 2;
    private static final int GSO_SIZE = 4;
    private static final int CHECKSUM_START = 6;
    private static final int CHECKSUM_OFFSET = 8;

    private static final byte NEEDS_CHECKSUM = 1;
    private static final byte GSO_TCP_V4 = 1;
    private static final byte GSO_TCP_V6 = 4;
    private static final byte GSO_UDP = 5;
    private static final byte GSO_ECN = (byte) 0x80;

    private static final int TCP_FIELD = 16;
    private static final int UDP_HEADER_BYTES = 8;
    private static final int CWR = 0x80;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private VirtioHeader() {}

    /** Its {@code hdr_len} is not to be relied upon: for a forwarded packet it may be anything. */
    static void read(long header, PacketBatch into, int slot) {
        if (MEMORY.get(ValueLayout.JAVA_BYTE, header + GSO_TYPE) != 0) {
            into.setSegmentBytes(slot, u16(header + GSO_SIZE));
        }
        if ((MEMORY.get(ValueLayout.JAVA_BYTE, header + FLAGS) & NEEDS_CHECKSUM) != 0) {
            into.setPartialChecksum(slot, u16(header + CHECKSUM_START), u16(header + CHECKSUM_OFFSET));
        }
    }

    /** A super-packet always has a partial checksum. */
    static void write(long header, PacketBatch from, int slot) {
        boolean isPartial = from.isChecksumPartial(slot);
        boolean isSuper = isPartial && from.packets(slot) > 1;
        int start = isPartial ? from.checksumStart(slot) : 0;
        MEMORY.set(ValueLayout.JAVA_BYTE, header + FLAGS, isPartial ? NEEDS_CHECKSUM : 0);
        MEMORY.set(ValueLayout.JAVA_BYTE, header + GSO_TYPE, isSuper ? gsoType(from, slot, start) : 0);
        put(header + HEADER_LENGTH, isSuper ? headerLength(from, slot, start) : 0);
        put(header + GSO_SIZE, isSuper ? from.segmentBytes(slot) : 0);
        put(header + CHECKSUM_START, start);
        put(header + CHECKSUM_OFFSET, isPartial ? from.checksumField(slot) : 0);
    }

    private static byte gsoType(PacketBatch from, int slot, int start) {
        if (from.checksumField(slot) != TCP_FIELD) {
            return GSO_UDP;
        }
        boolean v4 = from.memory().get(from.offset(slot)) >>> 4 == 4;
        boolean hasCwr = (from.memory().get(from.offset(slot) + start + 13) & CWR) != 0;
        return (byte) ((v4 ? GSO_TCP_V4 : GSO_TCP_V6) | (hasCwr ? GSO_ECN : 0));
    }

    private static int headerLength(PacketBatch from, int slot, int start) {
        int words = (from.memory().get(from.offset(slot) + start + 12) & 0xff) >>> 4;
        return start + (from.checksumField(slot) == TCP_FIELD ? words * 4 : UDP_HEADER_BYTES);
    }

    private static int u16(long address) {
        return Short.toUnsignedInt(MEMORY.get(SHORT, address));
    }

    private static void put(long address, int value) {
        MEMORY.set(SHORT, address, (short) value);
    }
}
