package io.xylem.proxy.domain;

/**
 * When packets last went to or came from a service. The packets' thread notes it, any thread reads it. A note is one
 * read, and a write once a second at most, so it costs a known flow nothing.
 */
public final class Usage {
    public static final long NEVER = Long.MIN_VALUE;
    private static final long GRAIN_NS = 1_000_000_000L;

    private volatile long lastNs = NEVER;

    public void note(long nowNs) {
        long last = lastNs;
        if (last == NEVER || nowNs - last >= GRAIN_NS) {
            lastNs = nowNs;
        }
    }

    /** On the packets' clock, up to a second early; {@link #NEVER} before the first packet. */
    public long lastNs() {
        return lastNs;
    }
}
