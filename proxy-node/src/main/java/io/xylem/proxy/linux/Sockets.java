package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Set-up calls on sockets. As in {@link Libc}, a refusal is a negative {@code errno}. */
final class Sockets {
    // bits/socket.h, asm-generic/socket.h, linux/in.h, linux/in6.h, linux/udp.h
    static final int AF_INET = 2;
    static final int AF_INET6 = 10;
    static final int SOL_SOCKET = 1;
    static final int SO_SNDBUF = 7;
    static final int SO_RCVBUF = 8;
    static final int SO_SNDBUFFORCE = 32;
    static final int SO_RCVBUFFORCE = 33;
    static final int SOL_UDP = 17;
    static final int UDP_NO_CHECK6_RX = 102;
    static final int UDP_SEGMENT = 103;
    static final int UDP_GRO = 104;
    static final int IPPROTO_IPV6 = 41;
    static final int IPV6_V6ONLY = 26;
    private static final int IPPROTO_RAW = 255;
    private static final int SOCK_DGRAM = 2;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_NONBLOCK = 0x800;
    private static final int SOCK_CLOEXEC = 0x80000;

    private static final MethodHandle SOCKET = Native.link("socket", INT, INT, INT, INT);
    private static final MethodHandle BIND = Native.link("bind", INT, INT, LONG, INT);
    private static final MethodHandle GETSOCKNAME = Native.link("getsockname", INT, INT, LONG, LONG);
    private static final MethodHandle SENDMSG = Native.link("sendmsg", LONG, INT, LONG, INT);
    private static final MethodHandle SETSOCKOPT = Native.link("setsockopt", INT, INT, INT, INT, LONG, INT);

    private Sockets() {}

    /** A non-blocking UDP socket. @return its file descriptor, or a negative errno */
    static int datagram(int family) {
        return open(family, SOCK_DGRAM, 0);
    }

    /** A socket that sends packets with their IP headers, and receives none. @return its file descriptor, or a negative errno */
    static int raw(int family) {
        return open(family, SOCK_RAW, IPPROTO_RAW);
    }

    private static int open(int family, int type, int protocol) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            int fd = (int) SOCKET.invokeExact(errno, family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
            return fd >= 0 ? fd : -Native.errno(errno);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    /** @param header address of a {@code msghdr}. @return bytes sent, or a negative errno */
    static long send(int fd, long header, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            long result = (long) SENDMSG.invokeExact(errno, fd, header, flags);
            return result >= 0 ? result : -Native.errno(errno);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    /** @return 0 or a negative errno */
    static int bind(int fd, MemorySegment name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            int result = (int) BIND.invokeExact(errno, fd, name.address(), (int) name.byteSize());
            return result >= 0 ? result : -Native.errno(errno);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    /** @return 0 or a negative errno */
    static int name(int fd, MemorySegment into) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            MemorySegment length = arena.allocateFrom(INT, (int) into.byteSize());
            int result = (int) GETSOCKNAME.invokeExact(errno, fd, into.address(), length.address());
            return result >= 0 ? result : -Native.errno(errno);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    /** @return 0 or a negative errno */
    static int set(int fd, int level, int option, int value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            MemorySegment place = arena.allocateFrom(INT, value);
            int result = (int) SETSOCKOPT.invokeExact(errno, fd, level, option, place.address(), 4);
            return result >= 0 ? result : -Native.errno(errno);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }
}
