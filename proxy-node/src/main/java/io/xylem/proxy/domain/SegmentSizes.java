package io.xylem.proxy.domain;

/**
 * How long the segments of a connection may be: no longer than what the last links and the tunnel take in one piece. Its
 * first segments say what their sender takes (RFC 9293, 3.7.1); both workers make that less where it has to be.
 *
 * <pre>
 *  what a path takes ── IP header ── TCP header ──► maximum segment size
 *             1450         20, 40        20                1410, 1390
 * </pre>
 */
public final class SegmentSizes {
    /** The MTU of instances' interfaces. Leaves room for the outer headers on an underlay of 1500: 20 + 8 over IPv4, 40 + 8 over IPv6. */
    public static final int LINK_BYTES = 1_450;

    private static final int V4_HEADERS_BYTES = 20 + 20;
    private static final int V6_HEADERS_BYTES = 40 + 20;

    private SegmentSizes() {}

    /** @param tunnelBytes how long a packet may be there to go in one piece */
    public static void limit(Packet first, int tunnelBytes) {
        first.limitSegments(Math.min(LINK_BYTES, tunnelBytes) - (first.isV4() ? V4_HEADERS_BYTES : V6_HEADERS_BYTES));
    }
}
