package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** A socket to the routing part of a namespace's kernel (rtnetlink): a request, an answer. One thread. */
final class Netlink implements AutoCloseable {
    // linux/netlink.h, bits/socket.h
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int ANSWER_BYTES = 4096;

    private static final MethodHandle SOCKET = Native.link("socket", INT, INT, INT, INT);
    private static final MethodHandle SEND = Native.link("send", LONG, INT, LONG, LONG, INT);
    private static final MethodHandle RECEIVE = Native.link("recv", LONG, INT, LONG, LONG, INT);

    private final int fd;

    private Netlink(int fd) {
        this.fd = fd;
    }

    /** In the namespace of the calling thread. */
    static Netlink openHere() throws LinuxException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            int fd = (int) SOCKET.invokeExact(errno, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);
            if (fd < 0) {
                throw new LinuxException("open a routing socket", Native.errno(errno), "");
            }
            return new Netlink(fd);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    /** @param what for people. @return the answer's first message, in the arena */
    MemorySegment ask(Arena arena, MemorySegment request, String what) throws LinuxException {
        try {
            MemorySegment errno = Native.errnoPlace(arena);
            long sent = (long) SEND.invokeExact(errno, fd, request.address(), request.byteSize(), 0);
            MemorySegment answer = arena.allocate(ANSWER_BYTES, 4);
            long received =
                    sent < 0 ? sent : (long) RECEIVE.invokeExact(errno, fd, answer.address(), answer.byteSize(), 0);
            if (received < 0) {
                throw new LinuxException(what, Native.errno(errno), "");
            }
            return answer.asSlice(0, received);
        } catch (LinuxException e) {
            throw e;
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
