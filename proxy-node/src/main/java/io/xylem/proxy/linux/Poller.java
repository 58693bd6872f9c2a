package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;
import static io.xylem.proxy.linux.Native.LONG;

import io.xylem.proxy.dataplane.Readiness;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Sleeps until the device or the tunnel has a packet, or somebody calls {@link #wakeUp}. On a platform thread only. */
public final class Poller implements Readiness, AutoCloseable {
    // struct pollfd of asm-generic/poll.h (8 bytes): fd | events u16 4 | revents u16 6
    private static final int ENTRY_BYTES = 8;
    private static final int EVENTS = 4;
    private static final int FOUND = 6;
    private static final short POLLIN = 1;
    private static final short POLLERR = 8;
    private static final short POLLHUP = 0x10;
    private static final short POLLNVAL = 0x20;

    private static final int DEVICE_ENTRY = 0;
    private static final int TUNNEL_ENTRY = 1;
    private static final int WAKE_ENTRY = 2;

    private static final MethodHandle POLL = Native.linkPlain("poll", INT, LONG, LONG, INT);
    private static final MethodHandle READ = Native.linkPlain("read", LONG, INT, LONG, LONG);

    private final Arena arena = Arena.ofShared();
    private final MemorySegment entries = arena.allocate(3L * ENTRY_BYTES, 8);
    private final MemorySegment drained = arena.allocate(LONG);
    private final String deviceName;
    private final int wakeFd;

    private Poller(TunDevice device, UdpTunnel tunnel, int wakeFd) {
        this.wakeFd = wakeFd;
        deviceName = device.name();
        watch(DEVICE_ENTRY, device.fd());
        watch(TUNNEL_ENTRY, tunnel.fd());
        watch(WAKE_ENTRY, wakeFd);
    }

    public static Poller of(TunDevice device, UdpTunnel tunnel) throws IOException {
        int wakeFd = Libc.eventfd();
        if (wakeFd < 0) {
            throw new LinuxException("make an eventfd", -wakeFd, "raise the limit of open files (ulimit -n)");
        }
        return new Poller(device, tunnel, wakeFd);
    }

    private void watch(int index, int fd) {
        entries.set(INT, (long) index * ENTRY_BYTES, fd);
        entries.set(ValueLayout.JAVA_SHORT, (long) index * ENTRY_BYTES + EVENTS, POLLIN);
    }

    private int found(int index) {
        return entries.get(ValueLayout.JAVA_SHORT, (long) index * ENTRY_BYTES + FOUND);
    }

    @Override
    public int await(int timeoutMs) throws IOException {
        // Below 0: a signal came (EINTR), and the caller's turn begins early.
        if (poll(timeoutMs) <= 0) {
            return 0;
        }
        if ((found(DEVICE_ENTRY) & (POLLERR | POLLHUP | POLLNVAL)) != 0) {
            throw new LinuxException(
                    "wait for packets of TUN device " + deviceName,
                    Errno.EBADFD,
                    "somebody removed it; restart the proxy to make it again");
        }
        if ((found(TUNNEL_ENTRY) & POLLNVAL) != 0) {
            throw new LinuxException("wait for packets of the tunnel", Errno.EBADF, "");
        }
        if (found(WAKE_ENTRY) != 0) {
            drain();
        }
        // An error is read like a packet, and is over then.
        return (found(DEVICE_ENTRY) != 0 ? DEVICE : 0) | (found(TUNNEL_ENTRY) != 0 ? TUNNEL : 0);
    }

    private int poll(int timeoutMs) {
        try {
            return (int) POLL.invokeExact(entries.address(), 3L, timeoutMs);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    private void drain() {
        try {
            long _ = (long) READ.invokeExact(wakeFd, drained.address(), 8L);
        } catch (Throwable e) {
            throw Native.impossible(e);
        }
    }

    /** Ends the wait that is going on, or the next one. From any thread. */
    public void wakeUp() {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment one = scratch.allocate(LONG);
            one.set(LONG, 0, 1);
            long result = Libc.write(wakeFd, one.address(), Long.BYTES);
            if (result < 0 && result != -Errno.EAGAIN) { // EAGAIN: 2^64 - 2 wake-ups wait already
                throw new IllegalStateException("the waiting thread can't be woken: " + Errno.text((int) -result));
            }
        }
    }

    /** After the last {@link #await} has returned. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            Libc.close(wakeFd);
            arena.close();
        }
    }
}
