package io.xylem.proxy.domain;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/** What stands in the slots of a {@link FlowTable}: a flow's addresses and ports as numbers, and its two ends. */
abstract sealed class FlowSlots permits FlowTable {
    // Offsets into the numbers of a slot: 56 bytes
    static final int OWN = 0;
    static final int DIALLED = 2;
    static final int REMOTE = 4;
    static final int PORTS = 6;
    static final int SLOT_LONGS = 7;

    final long[] numbers;
    private final int[] epochs;
    private final @Nullable Attachment[] owns;
    private final @Nullable Target[] remotes;

    FlowSlots(int capacity) {
        numbers = new long[Math.multiplyExact(capacity, SLOT_LONGS)];
        epochs = new int[capacity];
        owns = new Attachment[capacity];
        remotes = new Target[capacity];
    }

    final void write(
            int slot, Attachment own, long dialledHigh, long dialledLow, Target remote, long ports, int epoch) {
        boolean v4 = Addresses.isV4(dialledHigh, dialledLow);
        int base = slot * SLOT_LONGS;
        numbers[base + OWN] = Addresses.high(own.namespaceIp(), v4);
        numbers[base + OWN + 1] = Addresses.low(own.namespaceIp(), v4);
        numbers[base + DIALLED] = dialledHigh;
        numbers[base + DIALLED + 1] = dialledLow;
        numbers[base + REMOTE] = Addresses.high(remote.route().instanceIp(), v4);
        numbers[base + REMOTE + 1] = Addresses.low(remote.route().instanceIp(), v4);
        numbers[base + PORTS] = ports;
        write(slot, own, remote, epoch);
    }

    /** The same ends as of another epoch; their addresses are the same. */
    final void write(int slot, Attachment own, Target remote, int epoch) {
        owns[slot] = own;
        remotes[slot] = remote;
        epochs[slot] = epoch;
    }

    final void clear(int slot) {
        owns[slot] = null;
        remotes[slot] = null;
    }

    final boolean isFree(int slot) {
        return owns[slot] == null;
    }

    final Attachment own(int slot) {
        return requireNonNull(owns[slot]);
    }

    final Target remote(int slot) {
        return requireNonNull(remotes[slot]);
    }

    final int epoch(int slot) {
        return epochs[slot];
    }

    final long ownHigh(int slot) {
        return numbers[slot * SLOT_LONGS + OWN];
    }

    final long ownLow(int slot) {
        return numbers[slot * SLOT_LONGS + OWN + 1];
    }

    final long remoteHigh(int slot) {
        return numbers[slot * SLOT_LONGS + REMOTE];
    }

    final long remoteLow(int slot) {
        return numbers[slot * SLOT_LONGS + REMOTE + 1];
    }

    final long dialledHigh(int slot) {
        return numbers[slot * SLOT_LONGS + DIALLED];
    }

    final long dialledLow(int slot) {
        return numbers[slot * SLOT_LONGS + DIALLED + 1];
    }

    final int ownPort(int slot) {
        return FlowPorts.own(numbers[slot * SLOT_LONGS + PORTS]);
    }

    final int wirePort(int slot) {
        return FlowPorts.wire(numbers[slot * SLOT_LONGS + PORTS]);
    }

    final int remotePort(int slot) {
        return FlowPorts.remote(numbers[slot * SLOT_LONGS + PORTS]);
    }

    /** Whether the own end dialled a service IP, or the remote's instance IP. */
    final boolean isByService(int slot) {
        int base = slot * SLOT_LONGS;
        return numbers[base + DIALLED + 1] != numbers[base + REMOTE + 1]
                || numbers[base + DIALLED] != numbers[base + REMOTE];
    }

    /** As {@link FlowPorts} has them. */
    final long ports(int slot) {
        return numbers[slot * SLOT_LONGS + PORTS];
    }
}
