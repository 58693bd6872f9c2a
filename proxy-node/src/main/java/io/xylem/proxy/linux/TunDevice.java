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
 * A TUN device: the kernel routes packets of the overlay into it and we read them as they are. A packet costs one system
 * call, so it should be a super-packet: with offloads the kernel hands over TCP segments of up to 64 KiB, UDP datagrams that
 * were sent together, and checksums that are still partial, and takes the same. Each packet has a header in front that says so:
 *
 * <pre>
 *  struct virtio_net_hdr (10): flags u8 0 | gso_type u8 1 | hdr_len u16 2 | gso_size u16 4 | csum_start u16 6 | csum_offset u16 8
 * </pre>
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
    private static final short IFF_VNET_HDR = 0x4000;
    private static final long TUNSETOFFLOAD = 0x400454d0L;
    private static final int TUN_F_CSUM = 0x01;
    private static final int TUN_F_TSO4 = 0x02;
    private static final int TUN_F_TSO6 = 0x04;
    private static final int TUN_F_TSO_ECN = 0x08;
    private static final int TUN_F_USO4 = 0x20;
    private static final int TUN_F_USO6 = 0x40;
    private static final int TCP_OFFLOADS = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
    private static final int UDP_OFFLOADS = TUN_F_USO4 | TUN_F_USO6; // Linux 6.2

    /** Super-packets in one go: together they should not be larger than the processor's cache. */
    private static final int READ_BYTES = 128 << 10;

    // struct ifreq of linux/if.h: the name, then the flags
    private static final int IFREQ_BYTES = 40;
    private static final int IFREQ_FLAGS = 16;
    private static final int IFNAMSIZ = 16;

    private static final MethodHandle READ = Native.linkPlain("read", LONG, INT, LONG, LONG);
    private static final MethodHandle WRITEV = Native.linkPlain("writev", LONG, INT, LONG, INT);

    private final String name;
    private final BatchAddress readInto = new BatchAddress();
    private final Arena arena = Arena.ofShared();
    private final WrittenPacket written = new WrittenPacket(arena);
    private final Merging merging;
    private final String offloads;
    private int fd;

    private TunDevice(String name, int fd, Merging merging, String offloads) {
        this.name = name;
        this.fd = fd;
        this.merging = merging;
        this.offloads = offloads;
    }

    /**
     * Makes the device, or takes over a persistent one of this name, in the given namespace. It is down and has no route
     * until {@link WorkerNetwork} gives it some.
     *
     * @param withOffloads whether to use the kernel's offloads as far as it has them
     * @throws LinuxException saying what is missing
     */
    public static TunDevice open(NetworkNamespace namespace, String name, boolean withOffloads) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        if (bytes.length == 0 || bytes.length >= IFNAMSIZ) {
            throw new IllegalArgumentException("an interface name has 1 to 15 characters, not '" + name + "'");
        }
        return namespace.call(() -> openHere(namespace, name, bytes, withOffloads));
    }

    private static TunDevice openHere(NetworkNamespace namespace, String name, byte[] nameBytes, boolean withOffloads)
            throws LinuxException {
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
            request.set(ValueLayout.JAVA_SHORT, IFREQ_FLAGS, (short) (IFF_TUN | IFF_NO_PI | IFF_VNET_HDR));
            int result = Libc.ioctl(fd, TUNSETIFF, request.address());
            if (result < 0) {
                Libc.close(fd);
                throw new LinuxException(
                        "make TUN device " + name + " in network namespace " + namespace, -result, advice(-result));
            }
        }
        return withOffloads ? offloading(name, fd) : new TunDevice(name, fd, without(fd), "none: switched off");
    }

    private static TunDevice offloading(String name, int fd) {
        int noUdp = Libc.ioctl(fd, TUNSETOFFLOAD, TCP_OFFLOADS | UDP_OFFLOADS);
        if (noUdp >= 0) {
            return new TunDevice(name, fd, Merging.TCP_AND_UDP, "checksums, TCP, UDP");
        }
        int noTcp = Libc.ioctl(fd, TUNSETOFFLOAD, TCP_OFFLOADS);
        return noTcp >= 0
                ? new TunDevice(name, fd, Merging.TCP, "checksums, TCP; no UDP: " + Errno.text(-noUdp))
                : new TunDevice(name, fd, without(fd), "none: " + Errno.text(-noTcp));
    }

    /** A device that is taken over has the offloads that it was given before. */
    private static Merging without(int fd) {
        Libc.ioctl(fd, TUNSETOFFLOAD, 0);
        return Merging.NOTHING;
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

    @Override
    public Merging merging() {
        return merging;
    }

    /** What the kernel leaves to this device, for people. */
    public String offloads() {
        return offloads;
    }

    /** That the device is gone shows in {@link Poller#await}, which follows a read of nothing. */
    @Override
    public int read(PacketBatch into) {
        long base = readInto.of(into);
        int added = 0;
        for (int bytes = 0; !into.isFull() && bytes < READ_BYTES; added++) {
            long header = base + into.offset(into.count()) - VirtioHeader.BYTES;
            int length = (int) read(header, VirtioHeader.BYTES + (long) into.maxPacketBytes()) - VirtioHeader.BYTES;
            if (length < 0) {
                break; // EAGAIN: nothing waits
            }
            int slot = into.add(length);
            VirtioHeader.read(header, into, slot);
            bytes += length;
        }
        return added;
    }

    @Override
    public int write(PacketBatch from) throws IOException {
        int taken = 0;
        for (int slot = 0; slot < from.count(); slot++) {
            int vectors = written.set(from, slot);
            if (writev(written.vectors(), vectors) >= 0 || isTakenAtSecondAttempt(vectors)) {
                taken += from.packets(slot);
            }
        }
        return taken;
    }

    private boolean isTakenAtSecondAttempt(int vectors) throws LinuxException {
        long result = Libc.writev(fd, written.vectors(), vectors);
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

    private long writev(long vectors, int count) {
        try {
            return (long) WRITEV.invokeExact(fd, vectors, count);
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
            arena.close();
        }
    }
}
