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
        int bits = 0;
        int dots = 0;
        int digits = 0;
        int octet = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '.' && digits > 0 && dots < 3) {
                bits = bits << 8 | octet;
                dots++;
                digits = 0;
                octet = 0;
            } else if (c >= '0' && c <= '9' && (digits == 0 || octet > 0)) {
                octet = octet * 10 + c - '0';
                digits++;
                if (octet > 255) {
                    throw malformed(text);
                }
            } else {
                throw malformed(text);
            }
        }
        if (dots < 3 || digits == 0) {
            throw malformed(text);
        }
        return new Ipv4(bits << 8 | octet);
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
