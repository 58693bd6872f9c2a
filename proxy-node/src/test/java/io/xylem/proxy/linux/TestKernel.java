package io.xylem.proxy.linux;

import io.xylem.proxy.ebpf.KernelPath;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Assumptions;

/** Data planes in the kernel, where it lets a test have them. */
final class TestKernel {
    // linux/sockios.h, linux/ethtool.h; struct ethtool_value: command, then data
    private static final long SIOCETHTOOL = 0x8946;
    private static final int ETHTOOL_STXCSUM = 0x17;

    private TestKernel() {}

    /**
     * Has checksums completed before a packet leaves by {@code u0}. Real devices do that; a cable between namespaces passes
     * them on as they are, which a receiver in user space can't know.
     */
    static void completeChecksums(NetworkNamespace namespace) throws IOException {
        namespace.call(() -> {
            int fd = Sockets.datagram(Sockets.AF_INET);
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment off = arena.allocate(8, 4);
                off.set(Native.INT, 0, ETHTOOL_STXCSUM);
                MemorySegment request = arena.allocate(40, 8);
                request.setString(0, "u0");
                request.set(Native.LONG, 16, off.address());
                if (Libc.ioctl(fd, SIOCETHTOOL, request.address()) < 0) {
                    throw new IOException("checksums of u0 can't be switched");
                }
                return null;
            } finally {
                Libc.close(fd);
            }
        });
    }

    /** Skips the test where the build had no clang, or the kernel refuses the programs; the latter not with {@code CI} set. */
    static KernelPath orSkip(KernelPath.Setup setup) throws IOException {
        try {
            return KernelPath.open(setup);
        } catch (IOException e) {
            boolean refused = !(e instanceof LinuxException linux) || linux.isNotPermitted();
            boolean mustWork = e instanceof LinuxException && System.getenv("CI") != null;
            if (!refused || mustWork) {
                throw e;
            }
            System.out.println("SKIPPED: no packets in the kernel here: " + e.getMessage());
            Assumptions.abort("no packets in the kernel here: " + e.getMessage());
            throw e;
        }
    }
}
