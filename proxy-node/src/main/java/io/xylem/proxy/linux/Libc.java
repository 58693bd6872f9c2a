package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Set-up calls on file descriptors. A refusal is a negative {@code errno}, as the kernel itself would return it. */
final class Libc {
    static final int O_RDONLY = 0;
    static final int O_RDWR = 2;
    static final int O_NONBLOCK = 0x800;
    static final int O_CLOEXEC = 0x80000;
    static final int CLONE_NEWNET = 0x40000000;
    static final int EFD_NONBLOCK = O_NONBLOCK;
    static final int EFD_CLOEXEC = O_CLOEXEC;

    private static final MethodHandle OPEN = Native.linkVariadic("open", 2, INT, LONG, INT);
    private static final MethodHandle CLOSE = Native.link("close", INT, INT);
    private static final MethodHandle SETNS = Native.link("setns", INT, INT, INT);
    private static final MethodHandle IOCTL = Native.linkVariadic("ioctl", 2, INT, INT, LONG, LONG);
    private static final MethodHandle WRITE = Native.link("write", LONG, INT, LONG, LONG);
    private static final MethodHandle WRITEV = Native.link("writev", LONG, INT, LONG, INT);
    private static final MethodHandle EVENTFD = Native.link("eventfd", INT, INT, INT);

    private static final MethodHandle GETPAGESIZE = Native.linkPlain("getpagesize", INT);

    private Libc() {}

    static int pageBytes() {
        try {
            return (int) GETPAGESIZE.invokeExact();
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    /** @return a file descriptor, or a negative errno */
    static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            int fd = (int) OPEN.invokeExact(errno, arena.allocateFrom(path).address(), flags | O_CLOEXEC);
            return fd >= 0 ? fd : -Native.errno(errno);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    static void close(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            // Linux frees the descriptor whatever it answers; there is nothing to do about an error.
            int _ = (int) CLOSE.invokeExact(Native.errnoPlace(arena), fd);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    /** Moves the calling thread, which must be a platform thread, to another namespace. @return 0 or a negative errno */
    static int setns(int fd, int type) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            int result = (int) SETNS.invokeExact(errno, fd, type);
            return result >= 0 ? result : -Native.errno(errno);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    /** @return what the driver answers, or a negative errno */
    static int ioctl(int fd, long request, long argument) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            int result = (int) IOCTL.invokeExact(errno, fd, request, argument);
            return result >= 0 ? result : -Native.errno(errno);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    /** @return bytes written, or a negative errno */
    static long write(int fd, long address, long lengthBytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            long result = (long) WRITE.invokeExact(errno, fd, address, lengthBytes);
            return result >= 0 ? result : -Native.errno(errno);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    /** @param vectors address of {@code count} iovecs. @return bytes written, or a negative errno */
    static long writev(int fd, long vectors, int count) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            long result = (long) WRITEV.invokeExact(errno, fd, vectors, count);
            return result >= 0 ? result : -Native.errno(errno);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    /** @return a file descriptor, or a negative errno */
    static int eventfd() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = Native.errnoPlace(arena);
            int fd = (int) EVENTFD.invokeExact(errno, 0, EFD_NONBLOCK | EFD_CLOEXEC);
            return fd >= 0 ? fd : -Native.errno(errno);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }
}
