package io.xylem.model;

/** The two addresses that are allocated and released together. */
public record DualAddress(Ipv4 v4, Ipv6 v6) {
    @Override
    public String toString() {
        return v4 + " " + v6;
    }
}
