package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A cable of the worker's own, whose far end puts segments together that come in one by one, as a card does (GRO): the
 * kernel offers that for what comes through an interface only. Nothing has an address there, and only programs send into it.
 *
 * @param near the number of the interface into which segments are sent
 * @param far the number of the one where they come out
 */
public record MergeCable(int near, int far) {
    private static final String NEAR = "xg0";
    private static final String FAR = "xg1";
    /** {@code far_end} of merge.h */
    private static final String FAR_MAC = "02:78:79:6c:00:02";

    // linux/sockios.h, linux/ethtool.h; struct ifreq: the name, then an address, here of struct ethtool_value
    private static final long SIOCETHTOOL = 0x8946;
    private static final int ETHTOOL_STSO = 0x1f;
    private static final int ETHTOOL_SGRO = 0x2c;
    private static final int IFREQ_BYTES = 40;
    private static final int NAME_BYTES = 16;

    /** Lays it, or takes the one that is there. @throws IOException when the kernel has no such thing */
    public static MergeCable lay(NetworkNamespace worker, NamespaceInterfaces interfaces) throws IOException {
        IpCommand.run(
                worker,
                "?link add name " + NEAR + " type veth peer name " + FAR + " address " + FAR_MAC,
                "link set dev " + NEAR + " addrgenmode none",
                "link set dev " + FAR + " addrgenmode none");
        worker.call(() -> {
            for (String end : List.of(NEAR, FAR)) {
                IpCommand.sysctl("ipv6/conf/" + end + "/disable_ipv6", "1");
            }
            // The kernel puts segments together only for a sender that could not have sent them in one piece.
            feature(NEAR, ETHTOOL_STSO, 0);
            feature(FAR, ETHTOOL_SGRO, 1);
            return null;
        });
        IpCommand.run(worker, "link set dev " + NEAR + " up", "link set dev " + FAR + " up");
        return new MergeCable(interfaces.number(NEAR), interfaces.number(FAR));
    }

    public static void remove(NetworkNamespace worker) throws IOException {
        IpCommand.run(worker, "?link delete dev " + NEAR);
    }

    /** Whether an interface, by its name, is one of the two. */
    public static boolean isEnd(String name) {
        return name.equals(NEAR) || name.equals(FAR);
    }

    private static void feature(String name, int which, int value) throws LinuxException {
        int fd = Sockets.datagram(Sockets.AF_INET);
        if (fd < 0) {
            throw new LinuxException("open a socket to set up interface " + name, -fd, "");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment wanted = arena.allocate(2 * INT.byteSize(), 4);
            wanted.set(INT, 0, which);
            wanted.set(INT, INT.byteSize(), value);
            MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
            byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
            MemorySegment.copy(bytes, 0, request, ValueLayout.JAVA_BYTE, 0, bytes.length);
            request.set(LONG, NAME_BYTES, wanted.address());
            int result = Libc.ioctl(fd, SIOCETHTOOL, request.address());
            if (result < 0) {
                throw new LinuxException("set offload " + which + " of interface " + name, -result, "");
            }
        } finally {
            Libc.close(fd);
        }
    }
}
