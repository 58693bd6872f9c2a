package io.xylem.allocator.domain;

import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;

/**
 * One thing a pool gives out, as an unsigned 128-bit number: an IPv4 or IPv6 address, the index of a worker subnet, the
 * host number of a namespace IP. Pools, spans and queues need no more than order and succession, so one code serves
 * all of them.
 */
public record Slot(long high, long low) implements Comparable<Slot> {
    static Slot of(long number) {
        return new Slot(0, number);
    }

    static Slot of(Ipv4 address) {
        return new Slot(0, Integer.toUnsignedLong(address.bits()));
    }

    static Slot of(Ipv6 address) {
        return new Slot(address.high(), address.low());
    }

    Ipv4 v4() {
        return new Ipv4((int) low);
    }

    Ipv6 v6() {
        return new Ipv6(high, low);
    }

    Slot next() {
        return new Slot(low == -1 ? high + 1 : high, low + 1);
    }

    Slot previous() {
        return new Slot(low == 0 ? high - 1 : high, low - 1);
    }

    @Override
    public int compareTo(Slot other) {
        int order = Long.compareUnsigned(high, other.high);
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }

    /**
     * Hexadecimal of fixed width, so that texts sort as numbers: 8 digits for what fits in 32 bits, 32 for the others.
     * The slots of one pool are all of one width (IPv6 pools lie in {@code fc00::/7}).
     */
    @Override
    public String toString() {
        return high == 0 && low >>> 32 == 0 ? hex(low, 8) : hex(high, 16) + hex(low, 16);
    }

    /** Reads what {@link #toString} wrote. */
    public static Slot parse(String text) {
        return text.length() == 8
                ? of(Long.parseLong(text, 16))
                : new Slot(
                        Long.parseUnsignedLong(text.substring(0, 16), 16),
                        Long.parseUnsignedLong(text.substring(16), 16));
    }

    /** Fixed width without {@code String.format}: keys are built several times an event. */
    static String hex(long number, int digits) {
        char[] text = new char[digits];
        for (int i = digits - 1; i >= 0; i--) {
            text[i] = Character.forDigit((int) number & 15, 16);
            number >>>= 4;
        }
        return new String(text);
    }
}
