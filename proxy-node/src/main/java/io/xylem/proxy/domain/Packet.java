package io.xylem.proxy.domain;

import java.nio.ByteBuffer;

/**
 * A flyweight over one raw IPv4 or IPv6 packet, which can be given other addresses and ports where it is. Nothing is
 * allocated per packet.
 */
public final class Packet extends ParsedPacket {
    // TCP options: kind, length of all, value
    private static final int END_OF_OPTIONS = 0;
    private static final int NO_OPERATION = 1;
    private static final int MSS = 2;
    private static final int MSS_BYTES = 4;

    /** Gives the packet another source port, or identifier of an echo request, in the place of a non-opaque one. */
    void rewriteSourcePort(int port) {
        putPort(transport == Transport.ECHO ? 4 : 0, sourcePort, port);
        sourcePort = port;
    }

    /** The same for the destination port, or the identifier of an echo reply. */
    void rewriteDestinationPort(int port) {
        putPort(transport == Transport.ECHO ? 4 : 2, destinationPort, port);
        destinationPort = port;
    }

    private void putPort(int at, int before, int after) {
        putU16(transportAt + at, after);
        if (!isChecksumPartial) { // a partial one does not cover ports yet
            updateChecksum(Checksums.change16(before, after), true);
        }
    }

    /** Gives the packet other addresses of its own family, and its checksums what belongs to them. */
    void rewrite(long newSourceHigh, long newSourceLow, long newDestinationHigh, long newDestinationLow) {
        long change;
        if (v4) {
            change = Checksums.change32((int) sourceLow, (int) newSourceLow)
                    + Checksums.change32((int) destinationLow, (int) newDestinationLow);
            memory.putInt(offset + 12, (int) newSourceLow);
            memory.putInt(offset + 16, (int) newDestinationLow);
            putU16(offset + 10, Checksums.update(u16(offset + 10), change));
        } else {
            change = Checksums.change64(sourceHigh, newSourceHigh)
                    + Checksums.change64(sourceLow, newSourceLow)
                    + Checksums.change64(destinationHigh, newDestinationHigh)
                    + Checksums.change64(destinationLow, newDestinationLow);
            memory.putLong(offset + 8, newSourceHigh);
            memory.putLong(offset + 16, newSourceLow);
            memory.putLong(offset + 24, newDestinationHigh);
            memory.putLong(offset + 32, newDestinationLow);
        }
        sourceHigh = newSourceHigh;
        sourceLow = newSourceLow;
        destinationHigh = newDestinationHigh;
        destinationLow = newDestinationLow;
        updateChecksum(change, !v4); // of the two ICMPs only version 6 has a pseudo-header (RFC 4443, 2.3)
    }

    private void updateChecksum(long change, boolean coveredByIcmp) {
        if (isChecksumPartial) {
            int at = transportAt + (transport == Transport.TCP ? 16 : 6);
            putU16(at, Checksums.fold(u16(at) + change));
            return;
        }
        switch (transport) {
            case TCP -> putU16(transportAt + 16, Checksums.update(u16(transportAt + 16), change));
            case UDP -> putU16(transportAt + 6, Checksums.updateUdp(u16(transportAt + 6), change));
            // UDP-Lite has no packets without a checksum; of DCCP, 0xffff says the same as 0.
            case LIKE_UDP -> putU16(transportAt + 6, Checksums.updateNonZero(u16(transportAt + 6), change));
            case ECHO, ICMP_ERROR -> {
                if (coveredByIcmp) {
                    putU16(transportAt + 2, Checksums.update(u16(transportAt + 2), change));
                }
            }
            case OPAQUE -> {}
        }
    }

    /** TCP: lets its options (RFC 9293, 3.1) ask for no longer segments than these; where they ask for none, nothing is done. */
    void limitSegments(int mostBytes) {
        int end = transportAt + (u8(transportAt + 12) >>> 4) * 4;
        for (int at = transportAt + 20; at + MSS_BYTES <= end; ) {
            int kind = u8(at);
            int bytes = kind == NO_OPERATION ? 1 : u8(at + 1);
            if (kind == END_OF_OPTIONS || bytes < 1 || (bytes < 2 && kind != NO_OPERATION)) {
                return;
            }
            if (kind == MSS && bytes == MSS_BYTES) {
                limitTo(at + 2, mostBytes);
                return;
            }
            at += bytes;
        }
    }

    private void limitTo(int at, int most) {
        int before = u16(at);
        if (before <= most) {
            return;
        }
        putU16(at, most);
        if (!isChecksumPartial) {
            // A value at an odd place adds to the sum with its bytes exchanged.
            boolean isOdd = (at - transportAt & 1) != 0;
            long change =
                    isOdd ? Checksums.change16(exchanged(before), exchanged(most)) : Checksums.change16(before, most);
            updateChecksum(change, true);
        }
    }

    private static int exchanged(int word) {
        return Short.toUnsignedInt(Short.reverseBytes((short) word));
    }

    /** ICMP errors: what the quoted packet adds to the checksum. */
    int sumOfQuote() {
        int at = transportAt + 8;
        return Checksums.fold(Checksums.sum(memory, at, end() - at));
    }

    /** The quoted packet was changed, and had added {@code before}. */
    void updateForQuote(int before) {
        updateChecksum(Checksums.change16(before, sumOfQuote()), true);
    }

    /** Copies the packet's first bytes. */
    void quote(int bytes, ByteBuffer into, int at) {
        into.put(at, memory, offset, bytes);
    }

    private void putU16(int at, int value) {
        memory.putShort(at, (short) value);
    }
}
