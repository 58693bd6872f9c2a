package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The system call bpf(2). Its attributes are structures of {@code linux/bpf.h}, written by offset; what is not written
 * must be zero. As in {@link Libc}, a refusal is a negative {@code errno}.
 */
final class Bpf {
    static final int MAP_CREATE = 0;
    static final int MAP_LOOKUP = 1;
    static final int MAP_UPDATE = 2;
    static final int MAP_DELETE = 3;
    static final int PROGRAM_LOAD = 5;
    static final int OBJECT_PIN = 6;
    static final int OBJECT_OPEN = 7;
    static final int PROGRAM_TEST_RUN = 10;
    static final int OBJECT_INFO = 15;
    static final int MAP_LOOKUP_BATCH = 24;
    static final int LINK_CREATE = 28;
    static final int LINK_UPDATE = 29;

    /** More than any attribute used here. */
    static final int ATTRIBUTE_BYTES = 128;

    /** asm/unistd_64.h, asm-generic/unistd.h */
    private static final long NUMBER = System.getProperty("os.arch").equals("aarch64") ? 280 : 321;

    private static final MethodHandle SYSCALL = Native.linkVariadic("syscall", 1, LONG, LONG, INT, LONG, INT);

    static final String ADVICE =
            "this needs CAP_BPF and CAP_NET_ADMIN in the first user namespace: run as root, not in a"
                    + " user namespace of your own";

    private Bpf() {}

    /** @return what the command answers, or a negative errno */
    static int call(int command, MemorySegment attributes, int bytes) {
        try (Arena arena = Arena.ofConfined()) {
            return call(Native.errnoPlace(arena), command, attributes, bytes);
        }
    }

    /** The same with a place for {@code errno} of the caller's. */
    static int call(MemorySegment errno, int command, MemorySegment attributes, int bytes) {
        try {
            long result = (long) SYSCALL.invokeExact(errno, NUMBER, command, attributes.address(), bytes);
            return result >= 0 ? (int) result : -Native.errno(errno);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    /** @throws LinuxException when the kernel refuses */
    static int require(String asked, int result) throws LinuxException {
        if (result < 0) {
            boolean forbidden = result == -Errno.EPERM || result == -Errno.EACCES;
            throw new LinuxException(asked, -result, forbidden ? ADVICE : "");
        }
        return result;
    }
}
