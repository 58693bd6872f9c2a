package io.xylem.allocator.domain;

import io.xylem.allocator.domain.Rejection.Code;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What {@link NaiveAllocator} gives out of one pool: numbers, from {@code range * RANGE + 1} on in each range. With scans,
 * and without forgetting anything.
 */
final class NaivePool {
    /** More than anybody gives out of one range. */
    static final long RANGE = 1L << 48;

    /** Refuses an event; caught where events are handled. */
    static final class No extends RuntimeException {
        private static final long serialVersionUID = 1L;
        final transient Code code;

        No(Code code) {
            super(code.name(), null, false, false);
            this.code = code;
        }
    }

    /** Whether something released then has rested now. */
    interface Times {
        boolean isOver(long sinceMs, boolean confirmed, long atMs);
    }

    private record Rest(long number, String owner, long sinceMs, long version, boolean confirmed) {}

    private List<Long> sizes;
    private final Set<Long> used = new HashSet<>();
    private final Map<Long, String> held = new TreeMap<>();
    private final List<Rest> resting = new ArrayList<>();

    NaivePool(List<Long> sizes) {
        this.sizes = List.copyOf(sizes);
    }

    NaivePool copy() {
        NaivePool copy = new NaivePool(sizes);
        copy.used.addAll(used);
        copy.held.putAll(held);
        copy.resting.addAll(resting);
        return copy;
    }

    boolean isUsed() {
        return !used.isEmpty();
    }

    void resize(List<Long> ranges) {
        sizes = List.copyOf(ranges);
    }

    long take(String owner, long atMs, Times times, Code ifNone) {
        for (int range = 0; range < sizes.size(); range++) {
            for (long offset = 1; offset <= sizes.get(range); offset++) {
                long number = range * RANGE + offset;
                if (used.add(number)) {
                    held.put(number, owner);
                    return number;
                }
            }
        }
        for (Rest rest : resting) {
            if (times.isOver(rest.sinceMs(), rest.confirmed(), atMs)) {
                resting.remove(rest);
                held.put(rest.number(), owner);
                return rest.number();
            }
        }
        throw new No(ifNone);
    }

    void take(long number, String owner, long atMs, Times times) {
        int range = (int) (number / RANGE);
        long offset = number % RANGE;
        if (number < 1 || range >= sizes.size() || offset < 1 || offset > sizes.get(range)) {
            throw new No(Code.ADDRESS_OUT_OF_RANGE);
        }
        if (held.containsKey(number)) {
            throw new No(Code.ADDRESS_TAKEN);
        }
        for (Rest rest : resting) {
            if (rest.number() == number
                    && !times.isOver(rest.sinceMs(), rest.confirmed(), atMs)
                    && !rest.owner().equals(owner)) {
                throw new No(Code.ADDRESS_TAKEN);
            }
        }
        resting.removeIf(rest -> rest.number() == number);
        used.add(number);
        held.put(number, owner);
    }

    void release(long number, long atMs, long version) {
        String owner = held.remove(number);
        if (owner == null) {
            throw new IllegalStateException(number + " is not held");
        }
        resting.add(new Rest(number, owner, atMs, version, false));
    }

    void confirm(String owner, long version) {
        resting.replaceAll(rest -> rest.owner().equals(owner) && rest.version() == version
                ? new Rest(rest.number(), rest.owner(), rest.sinceMs(), version, true)
                : rest);
    }
}
