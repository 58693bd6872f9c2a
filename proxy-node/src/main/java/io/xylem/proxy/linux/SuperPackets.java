package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.Native.INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * How long the super-packets of an interface may be, those that it is given and those that it puts together, in both
 * families. {@code ip} can't say that for IPv4 before iproute2 6.3. Kernels before Linux 6.3 don't know it either.
 */
public final class SuperPackets {
    /** What every interface begins with, and every kernel takes. */
    public static final int USUAL_BYTES = 65_536;

    /** BIG TCP. More costs the processor's cache more than it saves. */
    public static final int BIG_BYTES = 185_000;

    // linux/rtnetlink.h, linux/netlink.h, linux/if_link.h
    private static final short RTM_NEWLINK = 16;
    private static final short RTM_GETLINK = 18;
    private static final short NLM_F_REQUEST = 1;
    private static final short NLM_F_ACK = 4;
    private static final short NLMSG_ERROR = 2;
    private static final int IFLA_IFNAME = 3;
    /** IFLA_GSO_MAX_SIZE, IFLA_GRO_MAX_SIZE, IFLA_GSO_IPV4_MAX_SIZE, IFLA_GRO_IPV4_MAX_SIZE */
    private static final int[] SIZES = {41, 58, 63, 64};

    private static final int IFLA_GSO_MAX_SIZE = 41;
    private static final int IFLA_GSO_IPV4_MAX_SIZE = 63;

    /*
     *  nlmsghdr:  length 0 | type 4 | flags 6 | sequence 8 | port 12
     *  ifinfomsg: 16 bytes of zeros: the name tells which
     *  rtattr:    length | type, then the value, on multiples of 4 bytes
     *  nlmsgerr:  error 16, 0 when it is done
     */
    private static final int TYPE_AT = 4;
    private static final int FLAGS_AT = 6;
    private static final int ATTRIBUTES_AT = 32;
    private static final int HEADER_BYTES = 4;
    private static final int NAME_BYTES = 16;
    private static final int SIZE_BYTES = 4;
    private static final int ERROR_AT = 16;

    private SuperPackets() {}

    /** @throws LinuxException when the interface's driver takes less, or there is no such interface */
    public static void limit(NetworkNamespace namespace, String name, int bytes) throws IOException {
        namespace.call(() -> {
            limitHere(namespace, name, bytes);
            return null;
        });
    }

    private static void limitHere(NetworkNamespace namespace, String name, int bytes) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Netlink netlink = Netlink.openHere()) {
            int length = ATTRIBUTES_AT + HEADER_BYTES + NAME_BYTES + SIZES.length * (HEADER_BYTES + SIZE_BYTES);
            MemorySegment request = arena.allocate(length, 4);
            request.set(INT, 0, length);
            request.set(ValueLayout.JAVA_SHORT, TYPE_AT, RTM_NEWLINK);
            request.set(ValueLayout.JAVA_SHORT, FLAGS_AT, (short) (NLM_F_REQUEST | NLM_F_ACK));
            int at = name(request, name);
            for (int size : SIZES) {
                at = attribute(request, at, size, SIZE_BYTES);
                request.set(INT, at, bytes);
                at += SIZE_BYTES;
            }
            String asked = "let interface " + name + " of network namespace " + namespace + " take super-packets of "
                    + bytes + " bytes";
            MemorySegment answer = netlink.ask(arena, request, asked);
            int error = answer.get(ValueLayout.JAVA_SHORT, TYPE_AT) == NLMSG_ERROR ? -answer.get(INT, ERROR_AT) : 0;
            if (error != 0) {
                throw new LinuxException(asked, error, "");
            }
        }
    }

    /** @return how long those that an interface is given may be, in the family that has less */
    public static int longest(NetworkNamespace namespace, String name) throws IOException {
        return namespace.call(() -> longestHere(namespace, name));
    }

    private static int longestHere(NetworkNamespace namespace, String name) throws IOException {
        try (Arena arena = Arena.ofConfined();
                Netlink netlink = Netlink.openHere()) {
            int length = ATTRIBUTES_AT + HEADER_BYTES + NAME_BYTES;
            MemorySegment request = arena.allocate(length, 4);
            request.set(INT, 0, length);
            request.set(ValueLayout.JAVA_SHORT, TYPE_AT, RTM_GETLINK);
            request.set(ValueLayout.JAVA_SHORT, FLAGS_AT, NLM_F_REQUEST);
            name(request, name);
            String asked =
                    "ask how long super-packets interface " + name + " of network namespace " + namespace + " takes";
            MemorySegment answer = netlink.ask(arena, request, asked);
            if (answer.get(ValueLayout.JAVA_SHORT, TYPE_AT) != RTM_NEWLINK) {
                throw new LinuxException(asked, -answer.get(INT, ERROR_AT), "");
            }
            int longest = Integer.MAX_VALUE;
            long end = Math.min(answer.get(INT, 0), answer.byteSize());
            for (int at = ATTRIBUTES_AT; at + HEADER_BYTES < end; ) {
                int type = answer.get(ValueLayout.JAVA_SHORT, at + 2);
                if (type == IFLA_GSO_MAX_SIZE || type == IFLA_GSO_IPV4_MAX_SIZE) {
                    longest = Math.min(longest, answer.get(INT, at + HEADER_BYTES));
                }
                at += Math.max(HEADER_BYTES, (answer.get(ValueLayout.JAVA_SHORT, at) + 3) & ~3);
            }
            return longest;
        }
    }

    /** @return where the next attribute is to be */
    private static int name(MemorySegment request, String name) {
        int at = attribute(request, ATTRIBUTES_AT, IFLA_IFNAME, NAME_BYTES);
        byte[] text = name.getBytes(StandardCharsets.US_ASCII);
        MemorySegment.copy(text, 0, request, ValueLayout.JAVA_BYTE, at, Math.min(text.length, NAME_BYTES - 1));
        return at + NAME_BYTES;
    }

    /** @return where its value begins */
    private static int attribute(MemorySegment request, int at, int type, int bytes) {
        request.set(ValueLayout.JAVA_SHORT, at, (short) (HEADER_BYTES + bytes));
        request.set(ValueLayout.JAVA_SHORT, at + 2, (short) type);
        return at + HEADER_BYTES;
    }
}
