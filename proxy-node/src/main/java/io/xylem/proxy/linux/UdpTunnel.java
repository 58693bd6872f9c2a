package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.INT_BE;
import static io.xylem.proxy.linux.Native.LONG;
import static io.xylem.proxy.linux.Native.LONG_BE;
import static io.xylem.proxy.linux.Native.SHORT_BE;

import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.proxy.dataplane.PacketBatch;
import io.xylem.proxy.dataplane.Tunnel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * The UDP socket between workers. A batch costs one system call each way; packets of one size to one peer go through the
 * kernel's stack together (UDP_SEGMENT), and those that arrive together are received together (UDP_GRO). On the wire each is
 * a datagram of its own. The family of the bind address is the
 * family of the underlay; {@code ::} serves both.
 */
public final class UdpTunnel implements Tunnel {
    // bits/socket.h
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int FLAGS = MSG_DONTWAIT | MSG_NOSIGNAL;

    /** Enough for the packets of some milliseconds at 10 Gb/s, while the agent's thread is not scheduled. */
    private static final int BUFFER_BYTES = 8 << 20;

    /** A train is up to 64 KiB; more of them would be out of the processor's cache before they are sent on. */
    private static final int MOST_AT_ONCE = 16;

    private static final int FULL = -1;

    private static final int V4_OUTER_BYTES = 20 + 8;
    private static final int V6_OUTER_BYTES = 40 + 8;

    private static final MethodHandle RECVMMSG = Native.linkPlain("recvmmsg", INT, INT, LONG, INT, INT, LONG);
    private static final MethodHandle SENDMMSG = Native.linkPlain("sendmmsg", INT, INT, LONG, INT, INT);

    private final Arena arena = Arena.ofShared();
    private final ReceivedMessages received;
    private final SentMessages sent;
    private final SentMessages sentAlone;
    private final String offloads;
    private final PathMtu paths;
    private int fd;

    /** On a thread of the namespace. */
    private UdpTunnel(int fd, boolean v6, boolean segmenting, String offloads) {
        this.fd = fd;
        paths = PathMtu.openHere(arena);
        this.offloads = offloads;
        received = new ReceivedMessages(arena, v6);
        sent = new SentMessages(arena, v6, segmenting);
        sentAlone = new SentMessages(arena, v6, false);
    }

    /**
     * Opens the socket in a namespace.
     *
     * @param address the text of an IPv4 or IPv6 address of one of its interfaces, {@code 0.0.0.0} or {@code ::} for all
     * @param port 0 for any free one
     * @param withOffloads whether to use the kernel's UDP_SEGMENT and UDP_GRO if it has them
     * @throws LinuxException saying what is wrong with the address or the port
     */
    public static UdpTunnel open(NetworkNamespace namespace, String address, int port, boolean withOffloads)
            throws IOException {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("a tunnel port is 0 to 65535, not " + port);
        }
        return namespace.call(() -> openHere(namespace, address, port, withOffloads));
    }

    private static UdpTunnel openHere(NetworkNamespace namespace, String address, int port, boolean withOffloads)
            throws LinuxException {
        boolean v6 = address.indexOf(':') >= 0;
        int fd = Sockets.datagram(v6 ? Sockets.AF_INET6 : Sockets.AF_INET);
        if (fd < 0) {
            throw new LinuxException("open a UDP socket for " + address, -fd, v6 ? "is IPv6 switched off?" : "");
        }
        if (v6) {
            Sockets.set(fd, Sockets.IPPROTO_IPV6, Sockets.IPV6_V6ONLY, 0);
            // The programs in the kernel send none over IPv6 either (RFC 6935): what is inside has its own.
            Sockets.set(fd, Sockets.SOL_UDP, Sockets.UDP_NO_CHECK6_RX, 1);
        }
        // FORCE goes beyond the system's limit and needs CAP_NET_ADMIN in the initial user namespace.
        if (Sockets.set(fd, Sockets.SOL_SOCKET, Sockets.SO_RCVBUFFORCE, BUFFER_BYTES) < 0) {
            Sockets.set(fd, Sockets.SOL_SOCKET, Sockets.SO_RCVBUF, BUFFER_BYTES);
        }
        if (Sockets.set(fd, Sockets.SOL_SOCKET, Sockets.SO_SNDBUFFORCE, BUFFER_BYTES) < 0) {
            Sockets.set(fd, Sockets.SOL_SOCKET, Sockets.SO_SNDBUF, BUFFER_BYTES);
        }
        try (Arena scratch = Arena.ofConfined()) {
            int result = Sockets.bind(fd, socketName(scratch, v6, address, port));
            if (result < 0) {
                Libc.close(fd);
                throw new LinuxException(
                        "bind the tunnel to " + address + " port " + port + " in network namespace " + namespace,
                        -result,
                        advice(-result));
            }
        }
        if (!withOffloads) {
            return new UdpTunnel(fd, v6, false, "none: switched off");
        }
        // 0 is what a socket begins with: only a kernel that does not know the option refuses it.
        int noSegmenting = Sockets.set(fd, Sockets.SOL_UDP, Sockets.UDP_SEGMENT, 0);
        int noTrains = Sockets.set(fd, Sockets.SOL_UDP, Sockets.UDP_GRO, 1);
        return new UdpTunnel(
                fd, v6, noSegmenting == 0, said("UDP_SEGMENT", noSegmenting) + ", " + said("UDP_GRO", noTrains));
    }

    private static String said(String option, int result) {
        return result == 0 ? option : "no " + option + ": " + Errno.text(-result);
    }

    /** What the kernel does for this socket, for people. */
    public String offloads() {
        return offloads;
    }

    private static String advice(int errno) {
        return switch (errno) {
            case Errno.EADDRINUSE ->
                "another process has the port: is a proxy already running here? Else set xylem.tunnel.port";
            case Errno.EADDRNOTAVAIL ->
                "no interface there has the address: set xylem.tunnel.address to one that has, or to 0.0.0.0";
            case Errno.EACCES -> "ports below 1024 need CAP_NET_BIND_SERVICE";
            default -> "";
        };
    }

    private static MemorySegment socketName(Arena arena, boolean v6, String address, int port) {
        MemorySegment name = arena.allocate(v6 ? 28 : 16, 8);
        name.set(ValueLayout.JAVA_SHORT, 0, (short) (v6 ? Sockets.AF_INET6 : Sockets.AF_INET));
        name.set(SHORT_BE, 2, (short) port);
        if (v6) {
            Ipv6 bits = Ipv6.parse(address);
            name.set(LONG_BE, 8, bits.high());
            name.set(LONG_BE, 16, bits.low());
        } else {
            name.set(INT_BE, 4, Ipv4.parse(address).bits());
        }
        return name;
    }

    int fd() {
        return fd;
    }

    /** The port it is bound to, e.g. the one the kernel chose for 0. */
    public int port() {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment name = scratch.allocate(28, 8);
            int result = Sockets.name(fd, name);
            if (result < 0) {
                throw new IllegalStateException("the tunnel's socket has no name: " + Errno.text(-result));
            }
            return Short.toUnsignedInt(name.get(SHORT_BE, 2));
        }
    }

    @Override
    public int receive(PacketBatch into) {
        int room = received.makeRoom(into, MOST_AT_ONCE);
        // Below 0: nothing waits (EAGAIN), or an earlier datagram was refused by its receiver (ECONNREFUSED), which is
        // not ours to repair. That the socket is gone shows in Poller.await.
        int count = room == 0 ? 0 : Math.max(0, receive(received.header(0), room));
        received.take(count, into);
        return count;
    }

    @Override
    public int send(PacketBatch from) throws IOException {
        int messages = sent.write(from, 0, from.count(), true);
        int taken = 0;
        int next = 0;
        while (next < messages) {
            int count = send(sent.header(next), messages - next);
            for (int message = next; message < next + count; message++) {
                taken += sent.packets(message);
            }
            next += Math.max(0, count);
            if (next < messages && count <= 0) {
                // The kernel stopped at this one: its packets, sent alone, tell why.
                int first = sent.firstSlot(next);
                int one = sendAlone(from, first, first + sent.packets(next));
                if (one == FULL) {
                    return taken;
                }
                taken += one;
                next++;
            }
        }
        return taken;
    }

    /**
     * Without UDP_SEGMENT, which the kernel refuses where a packet is longer than the path takes (EINVAL, EMSGSIZE) or the
     * interface completes no checksums (EIO); alone, it goes in fragments.
     *
     * @return how many were sent; {@link #FULL} when the first could not be because the buffer was
     */
    private int sendAlone(PacketBatch from, int first, int end) throws IOException {
        int taken = 0;
        for (int slot = first; slot < end; slot++) {
            sentAlone.write(from, slot, slot + 1, false);
            long result = Sockets.send(fd, sentAlone.header(0), FLAGS);
            switch ((int) Math.min(0, result)) {
                case 0 -> taken++;
                case -Errno.EAGAIN -> {
                    return taken == 0 ? FULL : taken; // the rest is lost, as on any full link
                }
                case -Errno.EBADF, -Errno.ENOTSOCK ->
                    throw new LinuxException("send through the tunnel", (int) -result, "");
                // ENOBUFS, EMSGSIZE, ENETUNREACH, EHOSTUNREACH, EPERM (a firewall), ECONNREFUSED, EAFNOSUPPORT: this
                // one is lost, the next may go to another worker.
                default -> {}
            }
        }
        return taken;
    }

    private int receive(long headers, int count) {
        try {
            return (int) RECVMMSG.invokeExact(fd, headers, count, FLAGS, 0L);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    private int send(long headers, int count) {
        try {
            return (int) SENDMMSG.invokeExact(fd, headers, count, FLAGS);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    @Override
    public int carriedBytes(long peerHigh, long peerLow) {
        return paths.bytes(peerHigh, peerLow)
                - (PacketBatch.isMappedV4(peerHigh, peerLow) ? V4_OUTER_BYTES : V6_OUTER_BYTES);
    }

    @Override
    public void close() {
        if (fd >= 0) {
            paths.close();
            Libc.close(fd);
            fd = -1;
            arena.close();
        }
    }
}
