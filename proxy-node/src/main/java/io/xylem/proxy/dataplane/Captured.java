package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Counters.Direction;

/**
 * A packet before and after its translation.
 *
 * @param atNs when, on the clock of the turns
 * @param after the same bytes where it was dropped
 * @param fate what became of it, for people
 */
public record Captured(long atNs, Direction direction, Copy before, Copy after, boolean isTranslated, String fate) {
    /**
     * The beginning of a packet, or of a super-packet.
     *
     * @param length of the whole
     */
    public record Copy(byte[] bytes, int length) {}
}
