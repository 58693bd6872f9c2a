package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;

import io.xylem.proxy.dataplane.PacketBatch;
import io.xylem.proxy.dataplane.PacketDevice;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/**
 * A TUN device: the kernel routes packets of the overlay into it and we read them as they are, without any header. A
 * packet costs one system call; the kernel completes checksums and cuts large segments before it hands them over.
 *
 * <p>The device outlives the process while {@link #setPersistent} is on: an instance then sees silence during a restart,
 * which TCP repairs, and no "network unreachable", which applications do not.
 */
public final class TunDevice implements PacketDevice {
    // linux/if_tun.h
    private static final long TUNSETIFF = 0x400454caL;
    private static final long TUNSETPERSIST = 0x400454cbL;
    private static final short IFF_TUN = 0x0001;
    private static final short IFF_NO_PI = 0x1000;

    // struct ifreq of linux/if.h: the name, then the flags
    private static final int IFREQ_BYTES = 40;
    private static final int IFREQ_FLAGS = 16;
    private static final int IFNAMSIZ = 16;

    private static final MethodHandle READ = Native.linkPlain("read", LONG, INT, LONG, LONG);
    private static final MethodHandle WRITE = Native.linkPlain("write", LONG, INT, LONG, LONG);

    private final String name;
    private final BatchAddress readInto = new BatchAddress();
    private final BatchAddress writtenFrom = new BatchAddress();
    private int fd;

    private TunDevice(String name, int fd) {
        this.name = name;
        this.fd = fd;
    }

    /**
     * Makes the device, or takes over a persistent one of this name, in the given namespace. It is down and has no route
     * until {@link WorkerNetwork} gives it some.
     *
     * @throws LinuxException saying what is missing
     */
    public static TunDevice open(NetworkNamespace namespace, String name) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length == 0 || bytes.length >= IFNAMSIZ) {
            throw new IllegalArgumentException("an interface name has 1 to 15 characters, not '" + name + "'");
        }
        return namespace.call(() -> openHere(namespace, name, bytes));
    }

    private static TunDevice openHere(NetworkNamespace namespace, String name, byte[] nameBytes) throws LinuxException {
        int fd = Libc.open("/dev/net/tun", Libc.O_RDWR | Libc.O_NONBLOCK);
        if (fd < 0) {
            throw new LinuxException(
                    "open /dev/net/tun",
                    -fd,
                    -fd == Errno.EACCES || -fd == Errno.EPERM
                            ? "run as root, or let its owner open it to others (chmod 0666 /dev/net/tun)"
                            : "load the tun module (modprobe tun); in a container, pass the device in"
                                    + " (--device /dev/net/tun)");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
            MemorySegment.copy(nameBytes, 0, request, ValueLayout.JAVA_BYTE, 0, nameBytes.length);
            request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, (short) (IFF_TUN | IFF_NO_PI));
            int result = Libc.ioctl(fd, TUNSETIFF, request.address());
            if (result < 0) {
                Libc.close(fd);
                throw new LinuxException(
                        "make TUN device " + name + " in network namespace " + namespace, -result, advice(-result));
            }
        }
        return new TunDevice(name, fd);
    }

    private static String advice(int errno) {
        return switch (errno) {
            case Errno.EPERM, Errno.EACCES ->
                "this needs CAP_NET_ADMIN: run as root, or in a user namespace of your own (unshare -Urnm)";
            case Errno.EBUSY -> "another process holds it: is a proxy already running here?";
            case Errno.EINVAL -> "an interface of that name exists and is no TUN device";
            default -> "";
        };
    }

    public String name() {
        return name;
    }

    /** Whether device and routes stay when this process ends, also when it is killed. */
    public void setPersistent(boolean persistent) throws IOException {
        int result = Libc.ioctl(fd, TUNSETPERSIST, persistent ? 1 : 0);
        if (result < 0) {
            throw new LinuxException(
                    "make TUN device " + name + (persistent ? " persistent" : " temporary"), -result, "");
        }
    }

    int fd() {
        return fd;
    }

    /** That the device is gone shows in {@link Poller#await}, which follows a read of nothing. */
    @Override
    public int read(PacketBatch into) {
        long base = readInto.of(into);
        int added = 0;
        while (!into.isFull()) {
            long length = read(base + into.offset(into.count()), into.maxPacketBytes());
            if (length < 0) {
                break; // EAGAIN: nothing waits
            }
            into.add((int) length);
            added++;
        }
        return added;
    }

    @Override
    public int write(PacketBatch from) throws IOException {
        long base = writtenFrom.of(from);
        int taken = 0;
        for (int slot = 0; slot < from.count(); slot++) {
            long address = base + from.offset(slot);
            if (write(address, from.length(slot)) >= 0 || isTakenAtSecondAttempt(address, from.length(slot))) {
                taken++;
            }
        }
        return taken;
    }

    private boolean isTakenAtSecondAttempt(long address, int lengthBytes) throws LinuxException {
        long result = Libc.write(fd, address, lengthBytes);
        if (result == -Errno.EBADF || result == -Errno.EBADFD) {
            throw gone((int) -result);
        }
        return result >= 0; // else refused: not an IP packet (EINVAL), or the device is down (EIO)
    }

    private long read(long address, long lengthBytes) {
        try {
            return (long) READ.invokeExact(fd, address, lengthBytes);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    private long write(long address, long lengthBytes) {
        try {
            return (long) WRITE.invokeExact(fd, address, lengthBytes);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    private LinuxException gone(int errno) {
        return new LinuxException(
                "use TUN device " + name, errno, "somebody removed it; restart the proxy to make it again");
    }

    @Override
    public void close() {
        if (fd >= 0) {
            Libc.close(fd);
            fd = -1;
        }
    }
}
