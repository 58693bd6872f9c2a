package io.xylem.proxy.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Interfaces of the calling thread's namespace. {@link java.net.NetworkInterface} can't say: it knows only interfaces
 * that have an address, and reads IPv6 ones of the process's first thread.
 */
final class Interfaces {
    /** linux/sockios.h; answers in {@code ifr_hwaddr}, a {@code sockaddr} behind the name. */
    private static final long SIOCGIFHWADDR = 0x8927;

    private static final int IFREQ_BYTES = 40;
    private static final int IFREQ_ADDRESS = 18;
    private static final int ADDRESS_BYTES = 6;

    private Interfaces() {}

    /** @return the hardware address as {@code 02:78:…}, or null when there is no such interface */
    static @Nullable String hardwareAddress(String name) throws IOException {
        int fd = Sockets.datagram(Sockets.AF_INET);
        if (fd < 0) {
            throw new LinuxException("open a socket to ask for interface " + name, -fd, "");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
            byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
            MemorySegment.copy(bytes, 0, request, ValueLayout.JAVA_BYTE, 0, bytes.length);
            int result = Libc.ioctl(fd, SIOCGIFHWADDR, request.address());
            if (result == -Errno.ENODEV) {
                return null;
            }
            if (result < 0) {
                throw new LinuxException("ask for interface " + name, -result, "");
            }
            return HexFormat.ofDelimiter(":")
                    .formatHex(request.asSlice(IFREQ_ADDRESS, ADDRESS_BYTES).toArray(ValueLayout.JAVA_BYTE));
        } finally {
            Libc.close(fd);
        }
    }
}
