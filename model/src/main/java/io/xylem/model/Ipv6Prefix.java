package io.xylem.model;

/** An IPv6 network, e.g. {@code fc00::7900/120}. The host bits of {@code network} are zero. */
public record Ipv6Prefix(Ipv6 network, int length) {
    public Ipv6Prefix {
        if (length < 0 || length > 128) {
            throw new IllegalArgumentException("an IPv6 prefix length is 0 to 128, not " + length);
        }
        if (!masked(network, length).equals(network)) {
            throw new IllegalArgumentException(network + "/" + length + " has host bits set");
        }
    }

    /** Reads {@code address/length}. @throws IllegalArgumentException naming the text */
    public static Ipv6Prefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,3}")) {
            throw new IllegalArgumentException("'" + text + "' is not an IPv6 prefix: address/length");
        }
        return new Ipv6Prefix(Ipv6.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    private static Ipv6 masked(Ipv6 address, int length) {
        long high = length == 0 ? 0 : address.high() & (length >= 64 ? -1L : -1L << (64 - length));
        long low = length <= 64 ? 0 : address.low() & -1L << (128 - length);
        return new Ipv6(high, low);
    }

    public boolean contains(Ipv6 address) {
        return masked(address, length).equals(network);
    }

    public boolean overlaps(Ipv6Prefix other) {
        return contains(other.network) || other.contains(network);
    }

    /** The sub-network number {@code index ≥ 0} of the given longer length, in ascending order. */
    public Ipv6Prefix subnet(int subnetLength, long index) {
        int shift = 128 - subnetLength;
        // Java shifts by the distance modulo 64.
        long high = shift >= 64 ? index << (shift - 64) : shift == 0 ? 0 : index >>> (64 - shift);
        long low = shift >= 64 ? 0 : index << shift;
        return new Ipv6Prefix(new Ipv6(network.high() + high, network.low()).plus(low), subnetLength);
    }

    @Override
    public String toString() {
        return network + "/" + length;
    }
}
