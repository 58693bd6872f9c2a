package io.xylem.proxy.domain;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A flyweight over what stands between an IPv6 header and the transport's (RFC 8200, 4):
 *
 * <pre>
 *  options (0, 60): next header 0 | length in 8 octets, less the first 1 | options 2
 *  routing (43):    next header 0 | length as above 1 | type 2 | segments left 3
 *  fragment (44):   next header 0 | reserved 1 | offset in 8 octets, 2 bits, more fragments 2 | identification 4
 * </pre>
 */
final class ExtensionHeaders {
    static final int NONE = -1;

    // IANA protocol numbers
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int AUTHENTICATION = 51;
    private static final int DESTINATION_OPTIONS = 60;
    private static final int MOBILITY = 135;

    private static final int UNIT_BYTES = 8;
    private static final int OFFSET = 0xfff8;

    /** Of the transport; of a fragment but the first, what its first one says comes behind the fragment header. */
    int protocol;

    int transportAt;
    /** Where the fragment header is, or {@link #NONE}. */
    int fragmentAt;

    /**
     * @param first the protocol of what begins at {@code at}
     * @return why they can't be passed over; null when they can
     */
    @Nullable
    Drop walk(ByteBuffer memory, int first, int at, int end) {
        protocol = first;
        transportAt = at;
        fragmentAt = NONE;
        while (true) {
            switch (protocol) {
                case HOP_BY_HOP, DESTINATION_OPTIONS -> {}
                case ROUTING -> {
                    // It names addresses to come, unless it has come to the last one, which nobody need look at.
                    if (end - transportAt >= UNIT_BYTES && memory.get(transportAt + 3) != 0) {
                        return Drop.EXTENSION_HEADER;
                    }
                }
                case FRAGMENT -> {
                    if (fragmentAt != NONE) {
                        return Drop.BAD_FRAGMENT;
                    }
                    fragmentAt = transportAt;
                }
                // They protect the addresses that change.
                case AUTHENTICATION, MOBILITY -> {
                    return Drop.EXTENSION_HEADER;
                }
                default -> {
                    return null;
                }
            }
            int left = end - transportAt;
            int bytes = left < UNIT_BYTES ? UNIT_BYTES : bytes(memory);
            if (left < bytes) {
                return Drop.TRUNCATED_HEADER;
            }
            boolean isLaterFragment = fragmentAt == transportAt && (memory.getShort(transportAt + 2) & OFFSET) != 0;
            protocol = memory.get(transportAt) & 0xff;
            transportAt += bytes;
            if (isLaterFragment) {
                return null;
            }
        }
    }

    private int bytes(ByteBuffer memory) {
        return protocol == FRAGMENT ? UNIT_BYTES : UNIT_BYTES + (memory.get(transportAt + 1) & 0xff) * UNIT_BYTES;
    }
}
