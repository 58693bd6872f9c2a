package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Checksums;
import java.nio.ByteBuffer;

/** A flyweight over one packet that may be put together with others: what {@link Coalescer} asks about it. */
final class Segment {
    static final int TCP = 6;
    static final int UDP = 17;

    private static final int V4_BARE_HEADER = 0x45;
    private static final int DONT_FRAGMENT = 0x4000;
    private static final int ACK = 0x10;
    private static final int FIN = 0x01;
    private static final int PSH = 0x08;
    /** FIN, PSH, ECE: the only flags that may stand beside ACK. */
    private static final int HARMLESS = 0x49;

    private static final int DIFFERS_HARMLESSLY = ~((FIN | PSH) << 16);

    private ByteBuffer memory = ByteBuffer.allocate(0);
    private boolean v4;
    int at;
    int transport;
    int headerBytes;
    int payload;
    boolean tcp;
    /** Whether it is TCP or UDP, so that {@link #hash} says which flow it belongs to. */
    boolean hasPorts;

    int hash;

    /** @return whether it is whole, plain and right, so that it may be put together with others */
    boolean read(ByteBuffer bytes, int start, int length) {
        memory = bytes;
        at = start;
        hasPorts = false;
        if (length < 28) {
            return false;
        }
        int first = bytes.get(start) & 0xff;
        v4 = first >>> 4 == 4;
        int protocol;
        if (v4) {
            transport = 20;
            protocol = bytes.get(start + 9);
            if (first != V4_BARE_HEADER
                    || (bytes.getShort(start + 2) & 0xffff) != length
                    || bytes.getShort(start + 6) != DONT_FRAGMENT) {
                return false;
            }
        } else {
            transport = 40;
            if (first >>> 4 != 6 || length < 48 || (bytes.getShort(start + 4) & 0xffff) != length - 40) {
                return false;
            }
            protocol = bytes.get(start + 6);
        }
        tcp = protocol == TCP;
        if (!tcp && protocol != UDP) {
            return false;
        }
        hasPorts = true;
        long addresses = v4
                ? bytes.getLong(start + 12)
                : bytes.getLong(start + 16) * 31 + bytes.getLong(start + 32) + bytes.getLong(start + 8);
        long mixed = (addresses ^ bytes.getInt(start + transport) ^ protocol) * 0x9e3779b97f4a7c15L;
        hash = (int) (mixed >>> 48);
        return (tcp ? isPlainTcp(length) : isPlainUdp(length)) && isRight(length, protocol);
    }

    private boolean isPlainTcp(int length) {
        if (length < transport + 20) {
            return false;
        }
        int words = (memory.get(at + transport + 12) & 0xff) >>> 4;
        int flags = memory.get(at + transport + 13) & 0xff;
        headerBytes = transport + words * 4;
        payload = length - headerBytes;
        return words >= 5 && payload > 0 && (flags & ~HARMLESS) == ACK;
    }

    private boolean isPlainUdp(int length) {
        headerBytes = transport + 8;
        payload = length - headerBytes;
        return payload > 0
                && (memory.getShort(at + transport + 4) & 0xffff) == length - transport
                && memory.getShort(at + transport + 6) != 0;
    }

    private boolean isRight(int length, int protocol) {
        return (!v4 || Checksums.isRight(Checksums.sum(memory, at, transport)))
                && Checksums.isRight(Checksums.addresses(memory, at, v4)
                        + protocol
                        + (length - transport)
                        + Checksums.sum(memory, at + transport, length - transport));
    }

    /** Whether everything that its packet and one at {@code other} must share is the same. */
    boolean hasHeadersOf(int other) {
        boolean sameIp = v4
                ? memory.getLong(at + 12) == memory.getLong(other + 12)
                        && memory.getShort(at) == memory.getShort(other) // type of service
                        && memory.getInt(at + 6) == memory.getInt(other + 6) // DF, time to live, protocol
                : memory.getInt(at) == memory.getInt(other) // traffic class, flow label
                        && memory.getShort(at + 6) == memory.getShort(other + 6) // next header, hop limit
                        && memory.getLong(at + 8) == memory.getLong(other + 8)
                        && memory.getLong(at + 16) == memory.getLong(other + 16)
                        && memory.getLong(at + 24) == memory.getLong(other + 24)
                        && memory.getLong(at + 32) == memory.getLong(other + 32);
        return sameIp
                && memory.getInt(at + transport) == memory.getInt(other + transport)
                && (!tcp || hasTcpHeaderOf(other));
    }

    private boolean hasTcpHeaderOf(int other) {
        int difference = memory.getInt(at + transport + 12) ^ memory.getInt(other + transport + 12);
        if (memory.getInt(at + transport + 8) != memory.getInt(other + transport + 8)
                || (difference & DIFFERS_HARMLESSLY) != 0) {
            return false;
        }
        for (int option = transport + 20; option < headerBytes; option += 4) {
            if (memory.getInt(at + option) != memory.getInt(other + option)) {
                return false;
            }
        }
        return true;
    }

    int sequence() {
        return memory.getInt(at + transport + 4);
    }

    int word12() {
        return memory.getInt(at + transport + 12);
    }

    /** Whether nothing may be put behind it. */
    boolean isLast() {
        return tcp && (memory.get(at + transport + 13) & (FIN | PSH)) != 0;
    }
}
