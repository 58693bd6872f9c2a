package io.xylem.proxy.seal;

import java.nio.ByteBuffer;

/**
 * What an encrypted packet is in the tunnel. Its first four bits are those of no IP version and of no probe, so whoever
 * expects packets drops it, and one that was sent plainly is known.
 *
 * <pre>
 *  0 0x71 | 1 zero, 3 bytes | 4 identifier of the key, 4 bytes | 8 number, 8 bytes | 16 the packet, encrypted | tag, 16 bytes
 * </pre>
 */
public final class SealedFrame {
    public static final int HEADER_BYTES = 16;
    /** By how much a packet is longer. */
    public static final int OVERHEAD_BYTES = HEADER_BYTES + Aead.TAG_BYTES;

    private static final int KIND = 0x71000000;

    private SealedFrame() {}

    static boolean is(ByteBuffer memory, int at, int length) {
        return length >= OVERHEAD_BYTES && memory.getInt(at) == KIND;
    }

    static int id(ByteBuffer memory, int at) {
        return memory.getInt(at + 4);
    }

    static long number(ByteBuffer memory, int at) {
        return memory.getLong(at + 8);
    }

    static void write(ByteBuffer memory, int at, int id, long number) {
        memory.putInt(at, KIND);
        memory.putInt(at + 4, id);
        memory.putLong(at + 8, number);
    }
}
