package io.xylem.proxy.domain;

import static java.util.Objects.requireNonNull;

import io.xylem.proxy.domain.Counters.Count;
import org.jspecify.annotations.Nullable;

/**
 * The flows of this worker's instances. A flow has an own end (an instance attached here) and a remote end, and is found
 * by its whole five-tuple in either direction:
 *
 * <pre>
 *  outbound: own namespace IP   → dialled address    own port, remote port, protocol
 *  inbound:  remote instance IP → own namespace IP   own port, remote port, protocol
 * </pre>
 *
 * The dialled address is what the own instance sees: a service IP, or the remote's instance IP. Echo flows have the
 * identifier as the asker's port. A flow between two instances of this worker is two flows, one for either end.
 *
 * <p>Everything is in arrays made by the constructor: two indexes over numbered slots, and a list in the order of last
 * use for each length of silence that is allowed, so that what expires next stands at the end of a list, and what is
 * evicted next at the end of one of them. One thread; the time comes in.
 */
public final class FlowTable {
    static final int NONE = -1;

    // RFC 5382 REQ-5 (TCP), RFC 4787 REQ-5 (UDP: at least 2 min), RFC 5508 REQ-2 (ICMP: at least 60 s)
    static final long OPENING_NS = seconds(240);
    static final long CONNECTED_NS = seconds(7_440);
    static final long CLOSING_NS = seconds(240);
    static final long DATAGRAM_NS = seconds(180);
    static final long ECHO_NS = seconds(60);

    // Offsets into the longs of a slot: 64 bytes, one cache line
    private static final int OWN = 0;
    private static final int DIALLED = 2;
    private static final int REMOTE = 4;
    private static final int PORTS = 6;
    private static final int LAST_USED_NS = 7;
    private static final int SLOT_LONGS = 8;

    private static final int SEEN_OUTBOUND = 1;
    private static final int SEEN_INBOUND = 2;
    private static final int FIN_OUTBOUND = 4;
    private static final int FIN_INBOUND = 8;
    private static final int RESET = 16;

    /** Flows that may be silent for the same time. */
    private record Patience(long silenceNs, RecencyList flows) {}

    private final Counters counters;
    private final long[] slots;
    private final byte[] progress;
    private final int[] epochs;
    private final @Nullable Attachment[] owns;
    private final @Nullable Target[] remotes;
    private final @Nullable Patience[] patiences;
    private final FlowIndex outbound;
    private final FlowIndex inbound;
    private final Patience opening;
    private final Patience connected;
    private final Patience closing;
    private final Patience datagram;
    private final Patience echo;
    private final Patience[] all;
    private final int[] free;
    private int size;

    /** @param hashSeed unknown to instances, lest one of them aim its flows at one place of the table */
    public FlowTable(int capacity, long hashSeed, Counters counters) {
        this.counters = counters;
        slots = new long[Math.multiplyExact(capacity, SLOT_LONGS)];
        progress = new byte[capacity];
        epochs = new int[capacity];
        owns = new Attachment[capacity];
        remotes = new Target[capacity];
        patiences = new Patience[capacity];
        outbound = new FlowIndex(slots, SLOT_LONGS, OWN, DIALLED, PORTS, hashSeed);
        inbound = new FlowIndex(slots, SLOT_LONGS, REMOTE, OWN, PORTS, hashSeed);
        int[] newer = new int[capacity];
        int[] older = new int[capacity];
        opening = new Patience(OPENING_NS, new RecencyList(newer, older));
        connected = new Patience(CONNECTED_NS, new RecencyList(newer, older));
        closing = new Patience(CLOSING_NS, new RecencyList(newer, older));
        datagram = new Patience(DATAGRAM_NS, new RecencyList(newer, older));
        echo = new Patience(ECHO_NS, new RecencyList(newer, older));
        all = new Patience[] {opening, closing, echo, datagram, connected};
        free = new int[capacity];
        for (int slot = 0; slot < capacity; slot++) {
            free[slot] = capacity - 1 - slot;
        }
    }

    /** The ports and the protocol as one key, from the own end's view. */
    static long ports(int ownPort, int remotePort, int protocol) {
        return ((long) ownPort << 32) | ((long) remotePort << 16) | protocol;
    }

    public int size() {
        return size;
    }

    public int capacity() {
        return free.length;
    }

    int findOutbound(long ownHigh, long ownLow, long dialledHigh, long dialledLow, long ports, long nowNs) {
        return living(outbound.find(ownHigh, ownLow, dialledHigh, dialledLow, ports), nowNs);
    }

    int findInbound(long remoteHigh, long remoteLow, long ownHigh, long ownLow, long ports, long nowNs) {
        return living(inbound.find(remoteHigh, remoteLow, ownHigh, ownLow, ports), nowNs);
    }

    /**
     * Enters a flow that is in neither index; when the table is full, the one used longest ago goes. The addresses are in
     * the family of the dialled one.
     */
    int add(Attachment own, long dialledHigh, long dialledLow, Target remote, long ports, int epoch, long nowNs) {
        if (size == free.length && expire(nowNs, 1) == 0) {
            remove(leastRecentlyUsed(nowNs));
            counters.add(Count.FLOWS_EVICTED, 1);
        }
        boolean v4 = Addresses.isV4(dialledHigh, dialledLow);
        int slot = free[free.length - 1 - size];
        size++;
        int base = slot * SLOT_LONGS;
        slots[base + OWN] = Addresses.high(own.namespaceIp(), v4);
        slots[base + OWN + 1] = Addresses.low(own.namespaceIp(), v4);
        slots[base + DIALLED] = dialledHigh;
        slots[base + DIALLED + 1] = dialledLow;
        slots[base + REMOTE] = Addresses.high(remote.route().instanceIp(), v4);
        slots[base + REMOTE + 1] = Addresses.low(remote.route().instanceIp(), v4);
        slots[base + PORTS] = ports;
        slots[base + LAST_USED_NS] = nowNs;
        progress[slot] = 0;
        patiences[slot] = opening;
        opening.flows.add(slot);
        renew(slot, own, remote, epoch);
        outbound.add(slot);
        inbound.add(slot);
        return slot;
    }

    /** A packet of the flow went by. */
    void use(int slot, Packet packet, boolean isOutbound, long nowNs) {
        int seen = progress[slot] | (isOutbound ? SEEN_OUTBOUND : SEEN_INBOUND);
        if (packet.isFin()) {
            seen |= isOutbound ? FIN_OUTBOUND : FIN_INBOUND;
        }
        if (packet.isReset()) {
            seen |= RESET;
        }
        progress[slot] = (byte) seen;
        slots[slot * SLOT_LONGS + LAST_USED_NS] = nowNs;
        patience(slot).flows.remove(slot);
        Patience next = switch (packet.transport()) {
            case TCP -> isClosing(slot) ? closing : isOneSided(slot) ? opening : connected;
            case UDP -> datagram;
            case ECHO -> echo;
            case OPAQUE -> connected;
        };
        next.flows.add(slot);
        patiences[slot] = next;
    }

    /** Both ends as of this epoch's tables. */
    void renew(int slot, Attachment own, Target remote, int epoch) {
        owns[slot] = own;
        remotes[slot] = remote;
        epochs[slot] = epoch;
    }

    void remove(int slot) {
        outbound.remove(slot);
        inbound.remove(slot);
        patience(slot).flows.remove(slot);
        patiences[slot] = null;
        owns[slot] = null;
        remotes[slot] = null;
        size--;
        free[free.length - 1 - size] = slot;
    }

    /** Forgets flows that were silent for too long. @return how many, at most {@code most} */
    public int expire(long nowNs, int most) {
        int expired = 0;
        for (Patience patience : all) {
            int oldest = patience.flows.oldest();
            while (oldest != NONE && expired < most && isExpired(oldest, nowNs)) {
                remove(oldest);
                expired++;
                oldest = patience.flows.oldest();
            }
        }
        counters.add(Count.FLOWS_EXPIRED, expired);
        return expired;
    }

    Attachment own(int slot) {
        return requireNonNull(owns[slot]);
    }

    Target remote(int slot) {
        return requireNonNull(remotes[slot]);
    }

    int epoch(int slot) {
        return epochs[slot];
    }

    long dialledHigh(int slot) {
        return slots[slot * SLOT_LONGS + DIALLED];
    }

    long dialledLow(int slot) {
        return slots[slot * SLOT_LONGS + DIALLED + 1];
    }

    /** Whether the own end dialled a service IP, or the remote's instance IP. */
    boolean isByService(int slot) {
        int base = slot * SLOT_LONGS;
        return slots[base + DIALLED + 1] != slots[base + REMOTE + 1] || slots[base + DIALLED] != slots[base + REMOTE];
    }

    /** No packet was seen in one of the directions, so nobody relies on the flow yet. */
    boolean isOneSided(int slot) {
        return (progress[slot] & (SEEN_OUTBOUND | SEEN_INBOUND)) != (SEEN_OUTBOUND | SEEN_INBOUND);
    }

    /** TCP: it was reset, or both ends are done sending. */
    boolean isClosing(int slot) {
        return (progress[slot] & RESET) != 0
                || (progress[slot] & (FIN_OUTBOUND | FIN_INBOUND)) == (FIN_OUTBOUND | FIN_INBOUND);
    }

    private int living(int slot, long nowNs) {
        if (slot == NONE || !isExpired(slot, nowNs)) {
            return slot;
        }
        remove(slot);
        counters.add(Count.FLOWS_EXPIRED, 1);
        return NONE;
    }

    private boolean isExpired(int slot, long nowNs) {
        return silence(slot, nowNs) >= patience(slot).silenceNs;
    }

    private int leastRecentlyUsed(long nowNs) {
        int least = NONE;
        for (Patience patience : all) {
            int oldest = patience.flows.oldest();
            if (oldest != NONE && (least == NONE || silence(oldest, nowNs) > silence(least, nowNs))) {
                least = oldest;
            }
        }
        return least;
    }

    private long silence(int slot, long nowNs) {
        return nowNs - slots[slot * SLOT_LONGS + LAST_USED_NS];
    }

    private Patience patience(int slot) {
        return requireNonNull(patiences[slot]);
    }

    private static long seconds(long seconds) {
        return seconds * 1_000_000_000L;
    }
}
