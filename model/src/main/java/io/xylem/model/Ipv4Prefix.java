package io.xylem.model;

/** An IPv4 network, e.g. {@code 10.18.30.64/26}. The host bits of {@code network} are zero. */
public record Ipv4Prefix(Ipv4 network, int length) {
    public Ipv4Prefix {
        if (length < 0 || length > 32) {
            throw new IllegalArgumentException("an IPv4 prefix length is 0 to 32, not " + length);
        }
        if ((network.bits() & ~mask(length)) != 0) {
            throw new IllegalArgumentException(network + "/" + length + " has host bits set");
        }
    }

    /** Reads {@code address/length}. @throws IllegalArgumentException naming the text */
    public static Ipv4Prefix parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,2}")) {
            throw new IllegalArgumentException("'" + text + "' is not an IPv4 prefix: address/length");
        }
        return new Ipv4Prefix(Ipv4.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    private static int mask(int length) {
        return length == 0 ? 0 : -1 << (32 - length);
    }

    public boolean contains(Ipv4 address) {
        return (address.bits() & mask(length)) == network.bits();
    }

    public boolean overlaps(Ipv4Prefix other) {
        return contains(other.network) || other.contains(network);
    }

    /** All addresses of the network, its first and last included. */
    public long size() {
        return 1L << (32 - length);
    }

    /** The sub-network number {@code index ≥ 0} of the given longer length, in ascending order. */
    public Ipv4Prefix subnet(int subnetLength, long index) {
        return new Ipv4Prefix(network.plus(index << (32 - subnetLength)), subnetLength);
    }

    @Override
    public String toString() {
        return network + "/" + length;
    }
}
