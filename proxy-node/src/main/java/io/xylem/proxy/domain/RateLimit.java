package io.xylem.proxy.domain;

/** A token bucket. One thread; the time comes in. */
public final class RateLimit {
    private final long intervalNs;
    private final long burstNs;
    /** When the bucket would have been empty; a token is {@code intervalNs} of it. */
    private long spentUntilNs;

    private boolean begun;

    public RateLimit(int perSecond, int burst) {
        intervalNs = 1_000_000_000L / perSecond;
        burstNs = intervalNs * burst;
    }

    /** Whether one more may pass, which it then has. */
    public boolean passes(long nowNs) {
        if (!begun || nowNs - spentUntilNs > burstNs) {
            begun = true;
            spentUntilNs = nowNs - burstNs;
        }
        if (nowNs - spentUntilNs < intervalNs) {
            return false;
        }
        spentUntilNs += intervalNs;
        return true;
    }
}
