package io.xylem.proxy.domain;

import java.nio.ByteBuffer;

/**
 * The Internet checksum, updated by what changed (RFC 1624, equation 3: {@code HC' = ~(~HC + ~m + m')}) and not
 * computed anew: the cost does not depend on the packet's length, and a wrong checksum stays wrong for its receiver to
 * see. Only the packets that begin here ({@link Answers}) need a {@link #sum} of everything.
 *
 * <p>A change is the sum {@code ~m + m'} of its 32-bit words as a plain number. One's-complement sums don't care how words
 * are paired, so 32-bit words give the same as 16-bit ones.
 */
final class Checksums {
    private Checksums() {}

    /** A 16-bit word at an even place became another. */
    static long change16(int before, int after) {
        return (~before & 0xffffL) + after;
    }

    /** A 32-bit word became another. */
    static long change32(int before, int after) {
        return Integer.toUnsignedLong(~before) + Integer.toUnsignedLong(after);
    }

    /** A 64-bit word became another. */
    static long change64(long before, long after) {
        return halves(~before) + halves(after);
    }

    /**
     * The checksum after a change. Never {@code 0xffff}, as a computed checksum never is: that would take a sum of 0,
     * and only data that is all zero has one.
     */
    static int update(int checksum, long change) {
        return ~fold((~checksum & 0xffff) + change) & 0xffff;
    }

    /** UDP (RFC 768): 0 means that there is none, so a computed 0 is sent as {@code 0xffff}. */
    static int updateUdp(int checksum, long change) {
        if (checksum == 0) {
            return 0;
        }
        int updated = update(checksum, change);
        return updated == 0 ? 0xffff : updated;
    }

    /** The sum of the 16-bit words of some bytes of a big-endian buffer; an odd last byte is followed by a 0. */
    static long sum(ByteBuffer buffer, int start, int bytes) {
        long sum = 0;
        int at = start;
        for (; at + 1 < start + bytes; at += 2) {
            sum += buffer.getShort(at) & 0xffff;
        }
        return at < start + bytes ? sum + ((buffer.get(at) & 0xff) << 8) : sum;
    }

    /** The checksum of what sums up to this. */
    static int complete(long sum) {
        return ~fold(sum) & 0xffff;
    }

    private static long halves(long word) {
        return (word >>> 32) + (word & 0xffffffffL);
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return (int) folded;
    }
}
