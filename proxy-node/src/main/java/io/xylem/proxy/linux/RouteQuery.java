package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Asks the kernel by which way IPv4 packets would leave a namespace (rtnetlink). An answer takes some microseconds; nothing
 * waits. One thread.
 */
public final class RouteQuery implements AutoCloseable {
    /**
     * @param device the interface's number
     * @param source the address that the kernel would send from
     * @param nextHop the gateway, or the destination itself where there is none
     */
    public record Way(int device, int source, int nextHop) {}

    // linux/netlink.h, linux/rtnetlink.h, bits/socket.h
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final short RTM_GETROUTE = 26;
    private static final short RTM_NEWROUTE = 24;
    private static final short NLM_F_REQUEST = 1;
    private static final byte RTN_UNICAST = 1;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_VIA = 18;

    /*
     *  nlmsghdr: length 0 | type 4 | flags 6 | sequence 8 | port 12
     *  rtmsg:    family 16 | destination length 17 | … | type 23 | flags 24
     *  rtattr:   length | type, then the value, on multiples of 4 bytes
     */
    private static final int MESSAGE_TYPE_AT = 4;
    private static final int ROUTE_TYPE_AT = 23;
    private static final int ATTRIBUTES_AT = 28;
    private static final int REQUEST_BYTES = ATTRIBUTES_AT + 8;
    private static final int ANSWER_BYTES = 4096;

    private static final MethodHandle SOCKET = Native.link("socket", INT, INT, INT, INT);
    private static final MethodHandle SEND = Native.link("send", LONG, INT, LONG, LONG, INT);
    private static final MethodHandle RECEIVE = Native.link("recv", LONG, INT, LONG, LONG, INT);

    private final int fd;

    private RouteQuery(int fd) {
        this.fd = fd;
    }

    public static RouteQuery open(NetworkNamespace namespace) throws IOException {
        return namespace.call(() -> {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment errno = Native.errnoPlace(arena);
                int fd = (int) SOCKET.invokeExact(errno, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
                if (fd < 0) {
                    throw new LinuxException("open a routing socket", Native.errno(errno), "");
                }
                return new RouteQuery(fd);
            } catch (LinuxException e) {
                throw e;
            } catch (Throwable e) {
                throw Native.impossible(e);
            }
        });
    }

    /** @return null when there is no such way, or it ends here, or its gateway has an IPv6 address */
    public @Nullable Way to(int destination) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            MemorySegment request = arena.allocate(REQUEST_BYTES, 4);
            request.set(INT, 0, REQUEST_BYTES);
            request.set(ValueLayout.JAVA_SHORT, MESSAGE_TYPE_AT, RTM_GETROUTE);
            request.set(ValueLayout.JAVA_SHORT, 6, NLM_F_REQUEST);
            request.set(ValueLayout.JAVA_BYTE, 16, (byte) Sockets.AF_INET);
            request.set(ValueLayout.JAVA_BYTE, 17, (byte) Integer.SIZE);
            request.set(ValueLayout.JAVA_SHORT, ATTRIBUTES_AT, (short) 8);
            request.set(ValueLayout.JAVA_SHORT, ATTRIBUTES_AT + 2, (short) RTA_DST);
            request.set(Native.INT_BE, ATTRIBUTES_AT + 4, destination);
            long sent = (long) SEND.invokeExact(errno, fd, request.address(), (long) REQUEST_BYTES, 0);
            MemorySegment answer = arena.allocate(ANSWER_BYTES, 4);
            long received =
                    sent < 0 ? sent : (long) RECEIVE.invokeExact(errno, fd, answer.address(), (long) ANSWER_BYTES, 0);
            if (received < 0) {
                throw new LinuxException("ask for a route", Native.errno(errno), "");
            }
            return parse(answer.asSlice(0, received), destination);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    private static @Nullable Way parse(MemorySegment answer, int destination) {
        if (answer.byteSize() < ATTRIBUTES_AT
                || answer.get(ValueLayout.JAVA_SHORT, MESSAGE_TYPE_AT) != RTM_NEWROUTE
                || answer.get(ValueLayout.JAVA_BYTE, ROUTE_TYPE_AT) != RTN_UNICAST) {
            return null;
        }
        int device = 0;
        int source = 0;
        int nextHop = destination;
        int end = answer.get(INT, 0);
        for (int at = ATTRIBUTES_AT; at + 8 <= end; ) {
            switch (answer.get(ValueLayout.JAVA_SHORT, at + 2)) {
                case RTA_OIF -> device = answer.get(INT, at + 4);
                case RTA_GATEWAY -> nextHop = answer.get(Native.INT_BE, at + 4);
                case RTA_PREFSRC -> source = answer.get(Native.INT_BE, at + 4);
                case RTA_VIA -> {
                    return null;
                }
                default -> {}
            }
            at += Math.max(4, (answer.get(ValueLayout.JAVA_SHORT, at) + 3) & ~3);
        }
        return device == 0 ? null : new Way(device, source, nextHop);
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
