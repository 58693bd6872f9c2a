package io.xylem.model;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/** One IPv6 address as two 64-bit halves in network order, compared as an unsigned number. */
public record Ipv6(long high, long low) implements Comparable<Ipv6> {
    private static final int LONGEST_TEXT = 39;

    /**
     * Reads any RFC 4291 spelling; two spellings of one address are equal. No zone, no embedded-IPv4 address.
     *
     * @throws IllegalArgumentException naming the text
     */
    public static Ipv6 parse(String text) {
        // Only hexadecimal digits and colons reach the JDK's parser, so it can't resolve a host name.
        boolean literal =
                text.indexOf(':') >= 0 && text.chars().allMatch(c -> "0123456789abcdefABCDEF:".indexOf(c) >= 0);
        try {
            if (literal && InetAddress.getByName(text) instanceof Inet6Address address) {
                return of(address.getAddress());
            }
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("'" + text + "' is not an IPv6 address", e);
        }
        throw new IllegalArgumentException("'" + text + "' is not an IPv6 address");
    }

    /** From 16 bytes in network order. */
    public static Ipv6 of(byte[] bytes) {
        if (bytes.length != 16) {
            throw new IllegalArgumentException("an IPv6 address has 16 bytes, not " + bytes.length);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new Ipv6(buffer.getLong(), buffer.getLong());
    }

    /** 16 bytes in network order. */
    public byte[] bytes() {
        return ByteBuffer.allocate(16).putLong(high).putLong(low).array();
    }

    /** The address {@code offset ≥ 0} after this one, carrying into the upper half. */
    public Ipv6 plus(long offset) {
        long sum = low + offset;
        return new Ipv6(Long.compareUnsigned(sum, low) < 0 ? high + 1 : high, sum);
    }

    @Override
    public int compareTo(Ipv6 other) {
        int order = Long.compareUnsigned(high, other.high);
        return order != 0 ? order : Long.compareUnsigned(low, other.low);
    }

    /** The canonical text of RFC 5952: lower case, no leading zeros, the longest run of zero groups as {@code ::}. */
    @Override
    public String toString() {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (int) ((i < 4 ? high : low) >>> (48 - 16 * (i % 4))) & 0xffff;
        }
        int runStart = -1;
        int runLength = 1; // a single zero group is written out (RFC 5952, 4.2.2)
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > runLength) {
                runStart = i;
                runLength = end - i;
            }
            i = Math.max(i, end - 1);
        }
        StringBuilder text = new StringBuilder(LONGEST_TEXT);
        for (int i = 0; i < 8; i++) {
            if (i == runStart) {
                text.append("::");
                i += runLength - 1;
            } else {
                if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
                    text.append(':');
                }
                appendHex(text, groups[i]);
            }
        }
        return text.toString();
    }

    /** Without a string of its own: addresses are spelt several times an event. */
    private static void appendHex(StringBuilder text, int group) {
        for (int shift = group > 0xfff ? 12 : group > 0xff ? 8 : group > 0xf ? 4 : 0; shift >= 0; shift -= 4) {
            text.append(Character.forDigit(group >>> shift & 0xf, 16));
        }
    }
}
