package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;
import static io.xylem.proxy.linux.Native.LONG_BE;
import static io.xylem.proxy.linux.Native.SHORT_BE;

import io.xylem.proxy.domain.Addresses;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Asks the kernel how long a packet may be on the way to an address, as far as it has learnt: a socket that is connected
 * there, though nothing is ever sent, has that as an option. Some microseconds; nothing is kept. One thread.
 */
final class PathMtu implements AutoCloseable {
    // linux/in.h, linux/in6.h, bits/socket.h
    private static final int IPPROTO_IP = 0;
    private static final int IP_MTU = 14;
    private static final int IPV6_MTU = 24;
    private static final int V4_NAME_BYTES = 16;
    private static final int V6_NAME_BYTES = 28;
    /** Any: it is only looked for, not spoken to. */
    private static final short PORT = 9;

    private static final MethodHandle CONNECT = Native.linkPlain("connect", INT, INT, LONG, INT);
    private static final MethodHandle GETSOCKOPT = Native.linkPlain("getsockopt", INT, INT, INT, INT, LONG, LONG);

    private final int v4;
    private final int v6;
    private final MemorySegment name;
    private final MemorySegment value;
    private final MemorySegment length;

    private PathMtu(Arena arena, int v4, int v6) {
        this.v4 = v4;
        this.v6 = v6;
        name = arena.allocate(V6_NAME_BYTES, 8);
        value = arena.allocate(INT);
        length = arena.allocate(INT);
    }

    /** In the namespace of the calling thread. */
    static PathMtu openHere(Arena arena) {
        return new PathMtu(arena, Sockets.datagram(Sockets.AF_INET), Sockets.datagram(Sockets.AF_INET6));
    }

    /** @param high and {@code low}: as in {@link Addresses}. @return {@link Integer#MAX_VALUE} when it is not known */
    int bytes(long high, long low) {
        boolean isV4 = Addresses.isV4(high, low);
        name.set(ValueLayout.JAVA_SHORT, 0, (short) (isV4 ? Sockets.AF_INET : Sockets.AF_INET6));
        name.set(SHORT_BE, 2, PORT);
        name.set(Native.INT_BE, 4, isV4 ? (int) low : 0);
        name.set(LONG_BE, 8, isV4 ? 0 : high);
        name.set(LONG_BE, 16, isV4 ? 0 : low);
        name.set(INT, 24, 0);
        length.set(INT, 0, (int) INT.byteSize());
        int fd = isV4 ? v4 : v6;
        boolean isKnown = connect(fd, isV4 ? V4_NAME_BYTES : V6_NAME_BYTES) == 0
                && option(fd, isV4 ? IPPROTO_IP : Sockets.IPPROTO_IPV6, isV4 ? IP_MTU : IPV6_MTU) == 0;
        return isKnown ? value.get(INT, 0) : Integer.MAX_VALUE;
    }

    private int connect(int fd, int nameBytes) {
        try {
            return (int) CONNECT.invokeExact(fd, name.address(), nameBytes);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    private int option(int fd, int level, int option) {
        try {
            return (int) GETSOCKOPT.invokeExact(fd, level, option, value.address(), length.address());
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
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
