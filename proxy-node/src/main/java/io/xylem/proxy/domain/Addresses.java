package io.xylem.proxy.domain;

import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;

/**
 * Addresses of both families as two 64-bit halves, so that packets need no objects: IPv6 as it is, IPv4 mapped into it
 * ({@code ::ffff:a.b.c.d}, RFC 4291 2.5.5.2).
 */
public final class Addresses {
    private static final long V4_MAPPED = 0xffffL << 32;

    private Addresses() {}

    /** The low half of a mapped IPv4 address; its high half is 0. */
    public static long mapped(int v4) {
        return V4_MAPPED | Integer.toUnsignedLong(v4);
    }

    public static boolean isV4(long high, long low) {
        return high == 0 && low >>> 32 == 0xffffL;
    }

    public static String text(long high, long low) {
        return isV4(high, low) ? new Ipv4((int) low).toString() : new Ipv6(high, low).toString();
    }

    /** @throws IllegalArgumentException when it is an address of neither family */
    public static Ipv6 parse(String text) {
        return text.indexOf(':') >= 0
                ? Ipv6.parse(text)
                : new Ipv6(0, mapped(Ipv4.parse(text).bits()));
    }

    public static long high(DualAddress address, boolean v4) {
        return v4 ? 0 : address.v6().high();
    }

    public static long low(DualAddress address, boolean v4) {
        return v4 ? mapped(address.v4().bits()) : address.v6().low();
    }

    /** The outer address of a tunnel. */
    public static Ipv6 underlay(Endpoint endpoint) {
        return parse(endpoint.address());
    }
}
