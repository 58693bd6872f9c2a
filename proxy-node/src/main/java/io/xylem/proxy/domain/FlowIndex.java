package io.xylem.proxy.domain;

import io.xylem.model.Ipv6;
import java.util.Arrays;

/**
 * Finds slots of a {@link FlowTable} by two addresses and the ports, which it reads from the table's own array. Open
 * addressing with linear probing, at most half full; a deletion moves the followers back, so no tombstones gather.
 */
final class FlowIndex {
    static final int NONE = -1;

    private final long[] slots;
    private final int slotLongs;
    private final int first; // offsets in a slot: two longs each, one for the ports
    private final int second;
    private final int ports;
    private final long portsMask;
    private final long seed;
    private final int[] table;
    private final int mask;

    /** @param portsMask which bits of the word of ports are part of the key */
    FlowIndex(long[] slots, int slotLongs, int first, int second, int ports, long portsMask, long seed) {
        this.slots = slots;
        this.slotLongs = slotLongs;
        this.first = first;
        this.second = second;
        this.ports = ports;
        this.portsMask = portsMask;
        this.seed = seed;
        int capacity = slots.length / slotLongs;
        table = new int[Integer.highestOneBit(Math.max(2, capacity * 2 - 1)) * 2];
        Arrays.fill(table, NONE);
        mask = table.length - 1;
    }

    int find(Ipv6 firstAddress, Ipv6 secondAddress, long portsKey) {
        return find(firstAddress.high(), firstAddress.low(), secondAddress.high(), secondAddress.low(), portsKey);
    }

    /** @return the slot, or {@link #NONE} */
    int find(long firstHigh, long firstLow, long secondHigh, long secondLow, long portsKey) {
        int at = home(firstHigh, firstLow, secondHigh, secondLow, portsKey);
        while (table[at] != NONE) {
            int base = table[at] * slotLongs;
            if ((slots[base + ports] & portsMask) == portsKey
                    && slots[base + first + 1] == firstLow
                    && slots[base + second + 1] == secondLow
                    && slots[base + first] == firstHigh
                    && slots[base + second] == secondHigh) {
                return table[at];
            }
            at = (at + 1) & mask;
        }
        return NONE;
    }

    /** Enters a slot whose key is written and not yet in here. */
    void add(int slot) {
        int at = home(slot);
        while (table[at] != NONE) {
            at = (at + 1) & mask;
        }
        table[at] = slot;
    }

    /** Takes out a slot whose key is still written. */
    void remove(int slot) {
        int gap = home(slot);
        while (table[gap] != slot) {
            gap = (gap + 1) & mask;
        }
        for (int at = (gap + 1) & mask; table[at] != NONE; at = (at + 1) & mask) {
            // It may close the gap if its home is not between the gap and itself.
            boolean homeIsBehindGap = ((at - home(table[at])) & mask) >= ((at - gap) & mask);
            if (homeIsBehindGap) {
                table[gap] = table[at];
                gap = at;
            }
        }
        table[gap] = NONE;
    }

    private int home(int slot) {
        int base = slot * slotLongs;
        return home(
                slots[base + first],
                slots[base + first + 1],
                slots[base + second],
                slots[base + second + 1],
                slots[base + ports] & portsMask);
    }

    /** Some number that a change of any bit changes. */
    static int spread(long word) {
        return (int) (mix(word) >>> 32);
    }

    private int home(long firstHigh, long firstLow, long secondHigh, long secondLow, long portsKey) {
        return hash(seed, firstHigh, firstLow, secondHigh, secondLow, portsKey) & mask;
    }

    /**
     * A multiplication a word, which carries upwards only, so one more for the last word: else connections that differ in the
     * own port, its top bits, have 32 homes between them all. The odd constants are those of xxHash64 and of SplitMix64.
     */
    static int hash(long seed, long firstHigh, long firstLow, long secondHigh, long secondLow, long portsKey) {
        long hash = seed;
        hash = mix(hash ^ firstHigh);
        hash = mix(hash ^ firstLow);
        hash = mix(hash ^ secondHigh);
        hash = mix(hash ^ secondLow);
        hash = mix(hash ^ portsKey);
        hash = (hash ^ (hash >>> 32)) * 0xbf58476d1ce4e5b9L;
        return (int) ((hash ^ (hash >>> 29)) >>> 32);
    }

    static long mix(long word) {
        long mixed = word * 0x9e3779b185ebca87L;
        return mixed ^ (mixed >>> 29) ^ (mixed >>> 47);
    }
}
