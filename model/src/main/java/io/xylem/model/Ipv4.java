package io.xylem.model;

/** One IPv4 address; {@code bits} is the address in network order, compared as an unsigned number. */
public record Ipv4(int bits) implements Comparable<Ipv4> {
    /**
     * Reads the dotted form and nothing else: four decimal octets without leading zeros, so that one address has one
     * spelling.
     *
     * @throws IllegalArgumentException naming the text, e.g. for {@code 10.30.999.1} and {@code 010.030.000.001}
     */
    public static Ipv4 parse(String text) {
        String[] octets = text.split("\\.", -1);
        if (octets.length != 4) {
            throw malformed(text);
        }
        int bits = 0;
        for (String octet : octets) {
            boolean decimal =
                    !octet.isEmpty() && octet.length() <= 3 && octet.chars().allMatch(c -> c >= '0' && c <= '9');
            boolean padded = octet.length() > 1 && octet.charAt(0) == '0';
            if (!decimal || padded || Integer.parseInt(octet) > 255) {
                throw malformed(text);
            }
            bits = bits << 8 | Integer.parseInt(octet);
        }
        return new Ipv4(bits);
    }

    private static IllegalArgumentException malformed(String text) {
        return new IllegalArgumentException(
                "'" + text + "' is not an IPv4 address: four decimal numbers from 0 to 255 without leading zeros");
    }

    /** The address {@code offset} after this one; wraps at the end of the address space. */
    public Ipv4 plus(long offset) {
        return new Ipv4((int) (bits + offset));
    }

    @Override
    public int compareTo(Ipv4 other) {
        return Integer.compareUnsigned(bits, other.bits);
    }

    @Override
    public String toString() {
        return (bits >>> 24) + "." + (bits >>> 16 & 255) + "." + (bits >>> 8 & 255) + "." + (bits & 255);
    }
}
