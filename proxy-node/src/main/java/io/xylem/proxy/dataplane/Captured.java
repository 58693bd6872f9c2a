package io.xylem.proxy.dataplane;

/**
 * A packet before and after its translation.
 *
 * @param atNs when, on the clock of the turns
 * @param after the same bytes where it was dropped
 * @param fate what became of it, for people
 */
public record Captured(long atNs, Way way, Copy before, Copy after, boolean isTranslated, String fate) {
    /** Between what instances see, and what is in the tunnel. */
    public enum Way {
        OUTBOUND,
        INBOUND,
        /** From instance to instance of this worker, both steps at once. */
        LOCAL;

        /** Whether it begins in the tunnel. */
        public boolean isFromTunnel() {
            return this == INBOUND;
        }

        /** Whether it ends there. */
        public boolean isToTunnel() {
            return this == OUTBOUND;
        }
    }

    /**
     * The beginning of a packet, or of a super-packet.
     *
     * @param length of the whole
     */
    public record Copy(byte[] bytes, int length) {}
}
