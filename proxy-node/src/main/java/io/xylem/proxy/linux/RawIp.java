package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.INT_BE;
import static io.xylem.proxy.linux.Native.LONG;
import static io.xylem.proxy.linux.Native.LONG_BE;
import static io.xylem.proxy.linux.Native.SHORT_BE;

import io.xylem.model.Ipv6;
import io.xylem.proxy.domain.Addresses;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Sends small IP packets of any protocol, now and then; what the kernel refuses is lost. Receives nothing. One thread.
 *
 * <pre>
 *  struct msghdr (56): name* 0 | namelen u32 8 | iov* 16 | iovlen 24 | control* 32 | controllen 40 | flags 48
 * </pre>
 */
public final class RawIp implements AutoCloseable {
    private static final int LONGEST_BYTES = 40 + 64;
    private static final int V4_HEADER_BYTES = 20;
    private static final int V6_HEADER_BYTES = 40;
    private static final int V4_NAME_BYTES = 16;
    private static final int V6_NAME_BYTES = 28;
    private static final int TTL = 64;
    private static final short DO_NOT_FRAGMENT = 0x4000;

    private final int v4;
    private final int v6;
    private final MemorySegment message;
    private final MemorySegment vector;
    private final MemorySegment name;
    private final MemorySegment packet;

    private RawIp(int v4, int v6) {
        this.v4 = v4;
        this.v6 = v6;
        Arena arena = Arena.ofAuto();
        message = arena.allocate(56, 8);
        vector = arena.allocate(16, 8);
        name = arena.allocate(V6_NAME_BYTES, 8);
        packet = arena.allocate(LONGEST_BYTES, 8);
        message.set(LONG, 0, name.address());
        message.set(LONG, 16, vector.address());
        message.set(LONG, 24, 1);
        vector.set(LONG, 0, packet.address());
    }

    /** @throws LinuxException when it is not permitted; a kernel without IPv6 is content with IPv4 */
    public static RawIp open(NetworkNamespace namespace) throws IOException {
        return namespace.call(() -> {
            int v4 = Sockets.raw(Sockets.AF_INET);
            if (v4 < 0) {
                throw new LinuxException("open a raw socket in network namespace " + namespace, -v4, "");
            }
            return new RawIp(v4, Sockets.raw(Sockets.AF_INET6));
        });
    }

    /**
     * Sends one packet.
     *
     * @param from and {@code to}: of one family, as in {@link Addresses}
     * @param payload 64 bytes at most
     */
    public void send(Ipv6 from, Ipv6 to, int protocol, byte[] payload) {
        boolean isV4 = Addresses.isV4(to.high(), to.low());
        int headerBytes = isV4 ? V4_HEADER_BYTES : V6_HEADER_BYTES;
        if (isV4) {
            headerV4(from, to, protocol, payload.length);
        } else {
            headerV6(from, to, protocol, payload.length);
        }
        MemorySegment.copy(payload, 0, packet, ValueLayout.JAVA_BYTE, headerBytes, payload.length);
        vector.set(LONG, 8, headerBytes + payload.length);
        name.set(ValueLayout.JAVA_SHORT, 0, (short) (isV4 ? Sockets.AF_INET : Sockets.AF_INET6));
        name.set(INT_BE, 4, isV4 ? (int) to.low() : 0);
        name.set(LONG_BE, 8, isV4 ? 0 : to.high());
        name.set(LONG_BE, 16, isV4 ? 0 : to.low());
        message.set(INT, 8, isV4 ? V4_NAME_BYTES : V6_NAME_BYTES);
        long _ = Sockets.send(isV4 ? v4 : v6, message.address(), 0);
    }

    /** The kernel enters the length, an identifier and the checksum. */
    private void headerV4(Ipv6 from, Ipv6 to, int protocol, int payloadBytes) {
        packet.set(SHORT_BE, 0, (short) 0x4500);
        packet.set(SHORT_BE, 2, (short) (V4_HEADER_BYTES + payloadBytes));
        packet.set(SHORT_BE, 4, (short) 0);
        packet.set(SHORT_BE, 6, DO_NOT_FRAGMENT);
        packet.set(SHORT_BE, 8, (short) (TTL << 8 | protocol));
        packet.set(SHORT_BE, 10, (short) 0);
        packet.set(INT_BE, 12, (int) from.low());
        packet.set(INT_BE, 16, (int) to.low());
    }

    private void headerV6(Ipv6 from, Ipv6 to, int protocol, int payloadBytes) {
        packet.set(INT_BE, 0, 6 << 28);
        packet.set(SHORT_BE, 4, (short) payloadBytes);
        packet.set(SHORT_BE, 6, (short) (protocol << 8 | TTL));
        packet.set(LONG_BE, 8, from.high());
        packet.set(LONG_BE, 16, from.low());
        packet.set(LONG_BE, 24, to.high());
        packet.set(LONG_BE, 32, to.low());
    }

    @Override
    public void close() {
        for (int fd : new int[] {v4, v6}) {
            if (fd >= 0) {
                Libc.close(fd);
            }
        }
    }
}
