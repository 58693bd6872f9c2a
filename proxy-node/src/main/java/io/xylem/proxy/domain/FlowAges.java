package io.xylem.proxy.domain;

import static java.util.Objects.requireNonNull;

import io.xylem.proxy.domain.KeptFlow.Kind;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When each flow was used last, and which of them is silent for longer than its kind may be. A list in the order of last
 * use for each kind: what expires next stands at the end of a list, and what is evicted next at the end of one of them.
 */
final class FlowAges {
    static final int NONE = RecencyList.NONE;

    private final long[] usedNs;
    private final @Nullable Kind[] kinds;
    private final Map<Kind, RecencyList> lists = new EnumMap<>(Kind.class);

    FlowAges(int capacity) {
        usedNs = new long[capacity];
        kinds = new Kind[capacity];
        int[] newer = new int[capacity];
        int[] older = new int[capacity];
        for (Kind kind : Kind.values()) {
            lists.put(kind, new RecencyList(newer, older));
        }
    }

    void add(int slot, Kind kind, long nowNs) {
        usedNs[slot] = nowNs;
        kinds[slot] = kind;
        list(kind).add(slot);
    }

    void use(int slot, Kind kind, long nowNs) {
        remove(slot);
        add(slot, kind, nowNs);
    }

    /** The same of something that was seen, and may be told, late. */
    void note(int slot, Kind kind, long seenNs) {
        boolean isLater = seenNs - usedNs[slot] > 0;
        if (isLater || kind(slot) != kind) {
            use(slot, kind, isLater ? seenNs : usedNs[slot]);
        }
    }

    void remove(int slot) {
        list(kind(slot)).remove(slot);
        kinds[slot] = null;
    }

    boolean isExpired(int slot, long nowNs) {
        return silentNs(slot, nowNs) >= kind(slot).silenceNs;
    }

    /** @return a flow that is silent for too long, or {@link #NONE} */
    int expired(long nowNs) {
        for (RecencyList list : lists.values()) {
            int oldest = list.oldest();
            if (oldest != NONE && isExpired(oldest, nowNs)) {
                return oldest;
            }
        }
        return NONE;
    }

    int leastRecentlyUsed(long nowNs) {
        int least = NONE;
        for (RecencyList list : lists.values()) {
            int oldest = list.oldest();
            if (oldest != NONE && (least == NONE || nowNs - usedNs[oldest] > nowNs - usedNs[least])) {
                least = oldest;
            }
        }
        return least;
    }

    long silentNs(int slot, long nowNs) {
        return nowNs - usedNs[slot];
    }

    Kind kind(int slot) {
        return requireNonNull(kinds[slot]);
    }

    private RecencyList list(Kind kind) {
        return requireNonNull(lists.get(kind));
    }
}
