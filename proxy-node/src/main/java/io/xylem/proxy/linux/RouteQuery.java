package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;

import io.xylem.model.Ipv6;
import io.xylem.proxy.domain.Addresses;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Asks the kernel by which way packets would leave a namespace (rtnetlink). An answer takes some microseconds; nothing
 * waits. One thread.
 */
public final class RouteQuery implements AutoCloseable {
    /**
     * Addresses as in {@link Addresses}.
     *
     * @param device the interface's number
     * @param source the address that the kernel would send from
     * @param nextHop the gateway, or the destination itself where there is none
     */
    public record Way(int device, Ipv6 source, Ipv6 nextHop) {}

    // linux/netlink.h, linux/rtnetlink.h
    private static final short RTM_GETROUTE = 26;
    private static final short RTM_NEWROUTE = 24;
    private static final short NLM_F_REQUEST = 1;
    private static final byte RTN_UNICAST = 1;
    private static final int RTA_DST = 1;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_VIA = 18;

    /*
     *  nlmsghdr: length 0 | type 4 | flags 6 | sequence 8 | port 12
     *  rtmsg:    family 16 | destination length 17 | … | type 23 | flags 24
     *  rtattr:   length | type, then the value, on multiples of 4 bytes
     */
    private static final int MESSAGE_TYPE_AT = 4;
    private static final int ROUTE_TYPE_AT = 23;
    private static final int ATTRIBUTES_AT = 28;
    private static final int ATTRIBUTE_HEADER_BYTES = 4;

    private final Netlink netlink;

    private RouteQuery(Netlink netlink) {
        this.netlink = netlink;
    }

    public static RouteQuery open(NetworkNamespace namespace) throws IOException {
        return namespace.call(() -> new RouteQuery(Netlink.openHere()));
    }

    /** @return null when there is no such way, or it ends here, or its gateway has an address of the other family */
    public @Nullable Way to(Ipv6 destination) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            boolean v4 = Addresses.isV4(destination.high(), destination.low());
            int addressBytes = v4 ? Integer.BYTES : 2 * Long.BYTES;
            int requestBytes = ATTRIBUTES_AT + ATTRIBUTE_HEADER_BYTES + addressBytes;
            MemorySegment request = arena.allocate(requestBytes, 4);
            request.set(INT, 0, requestBytes);
            request.set(ValueLayout.JAVA_SHORT, MESSAGE_TYPE_AT, RTM_GETROUTE);
            request.set(ValueLayout.JAVA_SHORT, 6, NLM_F_REQUEST);
            request.set(ValueLayout.JAVA_BYTE, 16, (byte) (v4 ? Sockets.AF_INET : Sockets.AF_INET6));
            request.set(ValueLayout.JAVA_BYTE, 17, (byte) (Byte.SIZE * addressBytes));
            request.set(ValueLayout.JAVA_SHORT, ATTRIBUTES_AT, (short) (ATTRIBUTE_HEADER_BYTES + addressBytes));
            request.set(ValueLayout.JAVA_SHORT, ATTRIBUTES_AT + 2, (short) RTA_DST);
            if (v4) {
                request.set(Native.INT_BE, ATTRIBUTES_AT + ATTRIBUTE_HEADER_BYTES, (int) destination.low());
            } else {
                request.set(Native.LONG_BE, ATTRIBUTES_AT + ATTRIBUTE_HEADER_BYTES, destination.high());
                request.set(Native.LONG_BE, ATTRIBUTES_AT + ATTRIBUTE_HEADER_BYTES + Long.BYTES, destination.low());
            }
            return parse(netlink.ask(arena, request, "ask for a route"), destination);
        }
    }

    private static @Nullable Way parse(MemorySegment answer, Ipv6 destination) {
        if (answer.byteSize() < ATTRIBUTES_AT
                || answer.get(ValueLayout.JAVA_SHORT, MESSAGE_TYPE_AT) != RTM_NEWROUTE
                || answer.get(ValueLayout.JAVA_BYTE, ROUTE_TYPE_AT) != RTN_UNICAST) {
            return null;
        }
        int device = 0;
        boolean v4 = Addresses.isV4(destination.high(), destination.low());
        Ipv6 source = new Ipv6(0, v4 ? Addresses.mapped(0) : 0);
        Ipv6 nextHop = destination;
        int end = answer.get(INT, 0);
        for (int at = ATTRIBUTES_AT; at + ATTRIBUTE_HEADER_BYTES < end; ) {
            switch (answer.get(ValueLayout.JAVA_SHORT, at + 2)) {
                case RTA_OIF -> device = answer.get(INT, at + 4);
                case RTA_GATEWAY -> nextHop = address(answer, at + ATTRIBUTE_HEADER_BYTES, v4);
                case RTA_PREFSRC -> source = address(answer, at + ATTRIBUTE_HEADER_BYTES, v4);
                case RTA_VIA -> {
                    return null;
                }
                default -> {}
            }
            at += Math.max(4, (answer.get(ValueLayout.JAVA_SHORT, at) + 3) & ~3);
        }
        return device == 0 ? null : new Way(device, source, nextHop);
    }

    private static Ipv6 address(MemorySegment answer, int at, boolean v4) {
        return v4
                ? new Ipv6(0, Addresses.mapped(answer.get(Native.INT_BE, at)))
                : new Ipv6(answer.get(Native.LONG_BE, at), answer.get(Native.LONG_BE, at + Long.BYTES));
    }

    @Override
    public void close() {
        netlink.close();
    }
}
