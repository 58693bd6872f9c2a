package io.xylem.proxy.ebpf;

/**
 * What a change of addresses or ports adds to the one's complement sum under a checksum (RFC 1624, eqn. 3), of 16-bit words
 * as a little-endian machine reads them: the sum does not mind as long as all do the same (RFC 1071, 2 B).
 */
final class Change {
    private Change() {}

    static long of64(long before, long after) {
        return words(~before) + words(after);
    }

    static long of16(int before, int after) {
        return (~before & 0xffffL) + (after & 0xffff);
    }

    private static long words(long value) {
        return (value >>> 48) + ((value >>> 32) & 0xffff) + ((value >>> 16) & 0xffff) + (value & 0xffff);
    }

    /** In 16 bits, in the order of the machine's bytes; 0 when nothing changed. */
    static int folded(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xffff) + (folded >>> 16);
        }
        return folded == 0xffff ? 0 : Short.toUnsignedInt(Short.reverseBytes((short) folded));
    }
}
