package io.xylem.allocator.domain;

import io.xylem.model.ServiceIp;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.stream.Collectors;

/**
 * The sum of the SHA-256 of every live allocation, modulo 2^256: independent of order and of how the state is stored, and
 * one changed allocation costs one subtraction and one addition. The texts that are hashed: {@code docs/state-hash.md}.
 *
 * @param a the highest 64 bits of the sum, and so on down to {@code d}
 */
public record StateHash(long a, long b, long c, long d) {
    public static final StateHash EMPTY = new StateHash(0, 0, 0, 0);

    /** Stands for what has no value, in a text that is hashed. */
    private static final String ABSENT = "-";

    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(() -> {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    });

    StateHash plus(String entry) {
        return plus(of(entry));
    }

    StateHash minus(String entry) {
        StateHash other = of(entry);
        // Two's complement: -x is ~x + 1.
        return plus(new StateHash(~other.a, ~other.b, ~other.c, ~other.d)).plus(new StateHash(0, 0, 0, 1));
    }

    static String entry(String realm, State.Worker worker) {
        String place = worker.location() == null
                ? ABSENT + " " + ABSENT
                : worker.location().latitude() + " " + worker.location().longitude();
        String zone = worker.zone() == null ? ABSENT : worker.zone();
        return realm + "|worker|" + worker.name() + " " + worker.cluster() + " " + worker.underlay() + " " + zone + " "
                + place + " " + worker.subnet() + " " + worker.lost();
    }

    static String entry(String realm, State.Service service) {
        String ips = service.ips().stream()
                .sorted(Comparator.comparing(ServiceIp::ipType))
                .map(ip -> ip.ipType() + "=" + ip.address().v4() + ","
                        + ip.address().v6())
                .collect(Collectors.joining(";"));
        return realm + "|service|" + service.name() + " " + ips;
    }

    static String entry(String realm, State.Instance instance) {
        return realm + "|instance|" + instance.name().service() + "|"
                + instance.name().number() + " " + instance.worker() + " " + instance.instanceIp() + " "
                + instance.namespaceIp() + " " + instance.state()
                // Said where it is not the default only: logs from before there were weights keep their hashes.
                + (instance.weight() == 1 ? "" : " " + instance.weight());
    }

    private static StateHash of(String entry) {
        byte[] digest = SHA_256.get().digest(entry.getBytes(StandardCharsets.UTF_8));
        return new StateHash(word(digest, 0), word(digest, 8), word(digest, 16), word(digest, 24));
    }

    private static long word(byte[] bytes, int at) {
        long word = 0;
        for (int i = at; i < at + 8; i++) {
            word = (word << 8) | (bytes[i] & 0xff);
        }
        return word;
    }

    private StateHash plus(StateHash other) {
        long d4 = d + other.d;
        long carry = carry(d, other.d, d4);
        long c4 = c + other.c + carry;
        carry = carry(c, other.c, c4);
        long b4 = b + other.b + carry;
        carry = carry(b, other.b, b4);
        return new StateHash(a + other.a + carry, b4, c4, d4);
    }

    /** Out of the highest bit of a sum, whatever came into its lowest. */
    private static long carry(long x, long y, long sum) {
        return ((x & y) | ((x | y) & ~sum)) >>> 63;
    }

    /** 64 hexadecimal digits. */
    @Override
    public String toString() {
        return Slot.hex(a, 16) + Slot.hex(b, 16) + Slot.hex(c, 16) + Slot.hex(d, 16);
    }

    /** Reads what {@link #toString} wrote. */
    public static StateHash parse(String text) {
        return new StateHash(
                Long.parseUnsignedLong(text, 0, 16, 16),
                Long.parseUnsignedLong(text, 16, 32, 16),
                Long.parseUnsignedLong(text, 32, 48, 16),
                Long.parseUnsignedLong(text, 48, 64, 16));
    }
}
