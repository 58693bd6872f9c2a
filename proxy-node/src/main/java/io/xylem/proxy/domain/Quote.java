package io.xylem.proxy.domain;

import java.nio.ByteBuffer;

/**
 * A flyweight over the packet that an ICMP error quotes: the beginning of what its receiver had sent, maybe no more than 8
 * bytes behind the IP header. It can be given other addresses and ports; checksums that the quote has are kept right.
 */
final class Quote {
    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP_V6 = 58;
    private static final int FRAGMENT_OFFSET = 0x1fff;
    private static final int V6_FRAGMENT_OFFSET = 0xfff8;
    private static final int LEAST_TRANSPORT_BYTES = 8;
    private static final int NO_PORT = -1;

    private ByteBuffer memory = ByteBuffer.allocate(0);
    private final ExtensionHeaders extensions = new ExtensionHeaders();
    private int at;
    private int end;
    private int transportAt;
    private boolean v4;
    private int sourcePortAt; // from the transport header; NO_PORT if there is none
    private int destinationPortAt;
    int protocol;
    long sourceHigh;
    long sourceLow;
    long destinationHigh;
    long destinationLow;
    int sourcePort;
    int destinationPort;

    /** @return whether enough of a packet of this family is there to know its flow */
    boolean wrap(ByteBuffer buffer, int start, int bytes, boolean isV4) {
        memory = buffer;
        at = start;
        end = start + bytes;
        v4 = isV4;
        return (v4 ? wrapV4(bytes) : wrapV6(bytes)) && wrapTransport();
    }

    private boolean wrapV4(int bytes) {
        if (bytes < 20 || u8(at) >>> 4 != 4 || (u16(at + 6) & FRAGMENT_OFFSET) != 0) {
            return false;
        }
        transportAt = at + (u8(at) & 15) * 4;
        protocol = u8(at + 9);
        sourceHigh = 0;
        sourceLow = Addresses.mapped(memory.getInt(at + 12));
        destinationHigh = 0;
        destinationLow = Addresses.mapped(memory.getInt(at + 16));
        return transportAt >= at + 20;
    }

    private boolean wrapV6(int bytes) {
        if (bytes < 40 || u8(at) >>> 4 != 6) {
            return false;
        }
        sourceHigh = memory.getLong(at + 8);
        sourceLow = memory.getLong(at + 16);
        destinationHigh = memory.getLong(at + 24);
        destinationLow = memory.getLong(at + 32);
        if (extensions.walk(memory, u8(at + 6), at + 40, end) != null) {
            return false;
        }
        protocol = extensions.protocol;
        transportAt = extensions.transportAt;
        int fragment = extensions.fragmentAt;
        return fragment == ExtensionHeaders.NONE || (u16(fragment + 2) & V6_FRAGMENT_OFFSET) == 0;
    }

    private boolean wrapTransport() {
        if (end - transportAt < LEAST_TRANSPORT_BYTES) {
            return false;
        }
        sourcePortAt = NO_PORT;
        destinationPortAt = NO_PORT;
        if (protocol == TCP || hasChecksumOfUdp()) {
            sourcePortAt = 0;
            destinationPortAt = 2;
        } else if (protocol == (v4 ? ICMP : ICMP_V6)) {
            // As in ParsedPacket: the identifier is the port of the one who asks.
            int type = u8(transportAt);
            if (type == (v4 ? 8 : 128)) {
                sourcePortAt = 4;
            } else if (type == (v4 ? 0 : 129)) {
                destinationPortAt = 4;
            } else {
                return false;
            }
        }
        sourcePort = sourcePortAt == NO_PORT ? 0 : u16(transportAt + sourcePortAt);
        destinationPort = destinationPortAt == NO_PORT ? 0 : u16(transportAt + destinationPortAt);
        return true;
    }

    void rewriteSource(long high, long low, int port) {
        long change = v4
                ? Checksums.change32((int) sourceLow, (int) low)
                : Checksums.change64(sourceHigh, high) + Checksums.change64(sourceLow, low);
        putAddress(v4 ? 12 : 8, high, low, change);
        putPort(sourcePortAt, sourcePort, port);
        sourceHigh = high;
        sourceLow = low;
        sourcePort = port;
    }

    void rewriteDestination(long high, long low, int port) {
        long change = v4
                ? Checksums.change32((int) destinationLow, (int) low)
                : Checksums.change64(destinationHigh, high) + Checksums.change64(destinationLow, low);
        putAddress(v4 ? 16 : 24, high, low, change);
        putPort(destinationPortAt, destinationPort, port);
        destinationHigh = high;
        destinationLow = low;
        destinationPort = port;
    }

    private void putAddress(int offset, long high, long low, long change) {
        if (v4) {
            memory.putInt(at + offset, (int) low);
            putU16(at + 10, Checksums.update(u16(at + 10), change));
        } else {
            memory.putLong(at + offset, high);
            memory.putLong(at + offset + 8, low);
        }
        updateTransport(change, protocol != ICMP);
    }

    private void putPort(int offset, int before, int after) {
        if (offset != NO_PORT && before != after) {
            putU16(transportAt + offset, after);
            updateTransport(Checksums.change16(before, after), true);
        }
    }

    private void updateTransport(long change, boolean isCovered) {
        int field = transportAt
                + switch (protocol) {
                    case TCP -> 16;
                    case UDP, ParsedPacket.UDP_LITE, ParsedPacket.DCCP -> 6;
                    default -> 2;
                };
        boolean hasChecksum = protocol == TCP || hasChecksumOfUdp() || destinationPortAt == 4 || sourcePortAt == 4;
        if (isCovered && hasChecksum && field + 2 <= end) {
            int checksum = u16(field);
            putU16(
                    field,
                    hasChecksumOfUdp() ? Checksums.updateUdp(checksum, change) : Checksums.update(checksum, change));
        }
    }

    private boolean hasChecksumOfUdp() {
        return protocol == UDP || protocol == ParsedPacket.UDP_LITE || protocol == ParsedPacket.DCCP;
    }

    private int u8(int index) {
        return memory.get(index) & 0xff;
    }

    private int u16(int index) {
        return memory.getShort(index) & 0xffff;
    }

    private void putU16(int index, int value) {
        memory.putShort(index, (short) value);
    }
}
