package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Rejection.Code.POOL_RESERVED;

import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import java.util.LinkedHashMap;
import java.util.Map;

/** Ranges that no pool may touch, and why. */
final class Reserved {
    private static final Map<Ipv4Prefix, String> V4 = new LinkedHashMap<>();
    private static final Map<Ipv6Prefix, String> V6 = new LinkedHashMap<>();

    static {
        V4.put(Ipv4Prefix.parse("0.0.0.0/8"), "means this network (RFC 1122)");
        V4.put(Ipv4Prefix.parse("127.0.0.0/8"), "is loopback (RFC 1122)");
        V4.put(Ipv4Prefix.parse("169.254.0.0/16"), "is link-local (RFC 3927), and the gateway of instances is in it");
        V4.put(Ipv4Prefix.parse("224.0.0.0/3"), "is multicast and reserved (RFC 1112)");
        V6.put(Ipv6Prefix.parse("fdfe::/16"), "is reserved by the address plan");
        V6.put(Ipv6Prefix.parse("fdff:4000::/21"), "is reserved by the address plan for a policy of Oakestra's");
        V6.put(Ipv6Prefix.parse("::/8"), "is loopback and embedded IPv4 (RFC 4291)");
        V6.put(Ipv6Prefix.parse("fe80::/10"), "is link-local (RFC 4291)");
        V6.put(Ipv6Prefix.parse("ff00::/8"), "is multicast (RFC 4291)");
    }

    private Reserved() {}

    static void check(String setting, Ipv4Prefix prefix) {
        V4.forEach((range, why) -> check(setting, prefix, prefix.overlaps(range), range, why));
    }

    static void check(String setting, Ipv6Prefix prefix) {
        V6.forEach((range, why) -> check(setting, prefix, prefix.overlaps(range), range, why));
    }

    private static void check(String setting, Object prefix, boolean overlaps, Object range, String why) {
        if (overlaps) {
            throw new Refused(
                    POOL_RESERVED,
                    "setting " + setting + " has the prefix " + prefix + ", which overlaps " + range + ", and that "
                            + why + "; allowed: prefixes outside of it");
        }
    }
}
