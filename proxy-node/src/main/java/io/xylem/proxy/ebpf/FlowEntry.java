package io.xylem.proxy.ebpf;

import io.xylem.proxy.domain.Target;
import io.xylem.proxy.linux.RouteQuery;
import java.nio.ByteBuffer;

/**
 * The layouts of {@code struct ends} and {@code struct way} of maps.h. Addresses and ports stand in network order, numbers
 * in the machine's, which is little-endian.
 *
 * <pre>
 *  ends: source 0 | destination 16 | ports 32 34 | protocol 36
 *  way:  source 0 | destination 16 | ports 32 34 | change of addresses 36, of ports 40 | from device 44 | to device 48
 *        peer's port 52 | opened here 54 | peer 56 | self 72 | next hop 88 | use 104 | other's use 108 | generation 112
 *        other's 116 | datagrams from 120 | … 128
 * </pre>
 */
final class FlowEntry {
    private static final int PORTS_AT = 32;
    private static final int PROTOCOL_AT = 36;
    private static final int CHANGE_AT = 36;
    private static final int DEVICES_AT = 44;
    private static final int PEER_PORT_AT = 52;
    private static final int OPENED_AT = 54;
    private static final int PEER_AT = 56;
    private static final int USE_AT = 104;
    private static final int GENERATION_AT = 112;
    private static final int FROM_AT = 120;

    private static final int NO_DEVICE = -1;

    private FlowEntry() {}

    static void ends(
            ByteBuffer key,
            long sourceHigh,
            long sourceLow,
            int sourcePort,
            long destinationHigh,
            long destinationLow,
            int destinationPort,
            int protocol) {
        addresses(key, sourceHigh, sourceLow, sourcePort, destinationHigh, destinationLow, destinationPort);
        key.putInt(PROTOCOL_AT, protocol);
    }

    /** What the packets of {@code key} become. */
    static void translation(
            ByteBuffer value,
            ByteBuffer key,
            long sourceHigh,
            long sourceLow,
            int sourcePort,
            long destinationHigh,
            long destinationLow,
            int destinationPort) {
        addresses(value, sourceHigh, sourceLow, sourcePort, destinationHigh, destinationLow, destinationPort);
        long change = Change.of64(network(key, 0), sourceHigh)
                + Change.of64(network(key, 8), sourceLow)
                + Change.of64(network(key, 16), destinationHigh)
                + Change.of64(network(key, 24), destinationLow);
        long portChange = Change.of16(sourcePort(key), sourcePort) + Change.of16(destinationPort(key), destinationPort);
        value.putInt(CHANGE_AT, Change.folded(change));
        value.putInt(CHANGE_AT + 4, Change.folded(portChange));
    }

    static void devices(ByteBuffer value, int from, int to) {
        value.putInt(DEVICES_AT, from).putInt(DEVICES_AT + 4, to);
    }

    /** Packets of such an entry are Java's: they come from no such device, and no such peer. */
    static void held(ByteBuffer value) {
        for (int at = 0; at < value.capacity(); at += Long.BYTES) {
            value.putLong(at, 0);
        }
        devices(value, NO_DEVICE, 0);
    }

    /** The packets go to another worker, by this way. */
    static void peer(ByteBuffer value, Target target, RouteQuery.Way way) {
        peer(value, target);
        way(value, PEER_AT + 16, way);
    }

    /** The packets come from another worker. */
    static void peer(ByteBuffer value, Target target) {
        noPeer(value);
        address(value, PEER_AT, target.peerHigh(), target.peerLow());
        value.putShort(PEER_PORT_AT, Short.reverseBytes((short) target.peerPort()));
    }

    /** Both ends are on this worker. */
    static void noPeer(ByteBuffer value) {
        for (int at = PEER_AT; at < USE_AT; at += Long.BYTES) {
            value.putLong(at, 0);
        }
        value.putShort(PEER_PORT_AT, (short) 0);
    }

    /** The own address, and then where to go next. */
    static void way(ByteBuffer value, int at, RouteQuery.Way way) {
        address(value, at, way.source().high(), way.source().low());
        address(value, at + 16, way.nextHop().high(), way.nextHop().low());
    }

    /** @param fromNs when datagrams may go out this way; 0: at once */
    static void opened(ByteBuffer value, boolean here, long fromNs) {
        value.putShort(OPENED_AT, (short) (here ? 1 : 0)).putLong(FROM_AT, fromNs);
    }

    static void uses(ByteBuffer value, int use, int generation, int other, int otherGeneration) {
        value.putInt(USE_AT, use)
                .putInt(USE_AT + 4, other)
                .putInt(GENERATION_AT, generation)
                .putInt(GENERATION_AT + 4, otherGeneration);
    }

    private static void addresses(
            ByteBuffer into,
            long sourceHigh,
            long sourceLow,
            int sourcePort,
            long destinationHigh,
            long destinationLow,
            int destinationPort) {
        address(into, 0, sourceHigh, sourceLow);
        address(into, 16, destinationHigh, destinationLow);
        into.putShort(PORTS_AT, Short.reverseBytes((short) sourcePort))
                .putShort(PORTS_AT + 2, Short.reverseBytes((short) destinationPort));
    }

    static void address(ByteBuffer into, int at, long high, long low) {
        into.putLong(at, Long.reverseBytes(high)).putLong(at + 8, Long.reverseBytes(low));
    }

    static long sourceHigh(ByteBuffer entry) {
        return network(entry, 0);
    }

    static long sourceLow(ByteBuffer entry) {
        return network(entry, 8);
    }

    static long destinationHigh(ByteBuffer entry) {
        return network(entry, 16);
    }

    static long destinationLow(ByteBuffer entry) {
        return network(entry, 24);
    }

    static int sourcePort(ByteBuffer entry) {
        return Short.toUnsignedInt(Short.reverseBytes(entry.getShort(PORTS_AT)));
    }

    static int destinationPort(ByteBuffer entry) {
        return Short.toUnsignedInt(Short.reverseBytes(entry.getShort(PORTS_AT + 2)));
    }

    static int protocol(ByteBuffer key) {
        return key.getInt(PROTOCOL_AT);
    }

    static boolean isLocal(ByteBuffer value) {
        return (value.getLong(PEER_AT) | value.getLong(PEER_AT + 8)) == 0;
    }

    static boolean isOpenedHere(ByteBuffer value) {
        return value.getShort(OPENED_AT) != 0;
    }

    static int use(ByteBuffer value) {
        return value.getInt(USE_AT);
    }

    static int generation(ByteBuffer value) {
        return value.getInt(GENERATION_AT);
    }

    private static long network(ByteBuffer at, int offset) {
        return Long.reverseBytes(at.getLong(offset));
    }
}
