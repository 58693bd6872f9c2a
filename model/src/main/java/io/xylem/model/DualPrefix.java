package io.xylem.model;

/** The two networks that one worker holds. */
public record DualPrefix(Ipv4Prefix v4, Ipv6Prefix v6) {
    @Override
    public String toString() {
        return v4 + " " + v6;
    }
}
