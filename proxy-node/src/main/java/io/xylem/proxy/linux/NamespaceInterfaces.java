package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The interfaces of one namespace, asked from any thread by a socket that lives there. */
public final class NamespaceInterfaces implements AutoCloseable {
    // linux/sockios.h; struct ifreq of linux/if.h: the name, then the answer
    private static final long SIOCGIFNAME = 0x8910;
    private static final long SIOCGIFMTU = 0x8921;
    private static final long SIOCGIFHWADDR = 0x8927;
    private static final long SIOCGIFINDEX = 0x8933;
    private static final int IFREQ_BYTES = 40;
    private static final int NAME_BYTES = 16;
    /** linux/if_arp.h: what has Ethernet headers */
    private static final short ARPHRD_ETHER = 1;

    private static final Path OF_THIS_THREAD = Path.of("/proc/thread-self/net/dev");

    private final NetworkNamespace namespace;
    private final int fd;

    private NamespaceInterfaces(NetworkNamespace namespace, int fd) {
        this.namespace = namespace;
        this.fd = fd;
    }

    public static NamespaceInterfaces of(NetworkNamespace namespace) throws IOException {
        return namespace.call(() -> {
            int fd = Sockets.datagram(Sockets.AF_INET);
            if (fd < 0) {
                throw new LinuxException("open a socket to ask for interfaces", -fd, "");
            }
            return new NamespaceInterfaces(namespace, fd);
        });
    }

    /** @return the interface's number; 0 when there is none of this name */
    public int number(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = named(arena, name);
            return Libc.ioctl(fd, SIOCGIFINDEX, request.address()) < 0 ? 0 : request.get(INT, NAME_BYTES);
        }
    }

    /** @return how long a packet may be; 0 when there is no such interface */
    public int mtuBytes(int number) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
            request.set(INT, NAME_BYTES, number);
            boolean known = Libc.ioctl(fd, SIOCGIFNAME, request.address()) >= 0
                    && Libc.ioctl(fd, SIOCGIFMTU, request.address()) >= 0;
            return known ? request.get(INT, NAME_BYTES) : 0;
        }
    }

    /** Names of those with Ethernet headers, the loopback's of zeros excepted. */
    public List<String> ethernets() throws IOException {
        List<String> lines = namespace.call(() -> Files.readAllLines(OF_THIS_THREAD));
        return lines.stream()
                .filter(line -> line.indexOf(':') >= 0)
                .map(line -> line.substring(0, line.indexOf(':')).strip())
                .filter(this::isEthernet)
                .toList();
    }

    private boolean isEthernet(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment request = named(arena, name);
            return Libc.ioctl(fd, SIOCGIFHWADDR, request.address()) >= 0
                    && request.get(ValueLayout.JAVA_SHORT, NAME_BYTES) == ARPHRD_ETHER;
        }
    }

    private static MemorySegment named(Arena arena, String name) {
        MemorySegment request = arena.allocate(IFREQ_BYTES, 8);
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(bytes, 0, request, ValueLayout.JAVA_BYTE, 0, Math.min(bytes.length, NAME_BYTES - 1));
        return request;
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
