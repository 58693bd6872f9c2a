package io.xylem.allocator.domain;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a pool consists of: ranges, given out in this order and each from its first slot to its last. A range may be
 * added at the end while the pool is in use.
 *
 * @param limitless it has more slots than can ever be given out, so nothing released is needed again
 * @param requestable a user may ask for a slot of it
 * @param show a slot as people write it
 */
record PoolDefinition(
        String what, List<Range> ranges, boolean limitless, boolean requestable, Function<Slot, String> show) {
    /** Both ends included. */
    record Range(Slot first, Slot last) {
        boolean contains(Slot slot) {
            return first.compareTo(slot) <= 0 && slot.compareTo(last) <= 0;
        }
    }

    PoolDefinition {
        ranges = List.copyOf(ranges);
    }

    /** Whether anybody may ever have to know who has or had a slot. If not, none comes back and none need be noted. */
    boolean isTraced() {
        return requestable || !limitless;
    }

    boolean contains(Slot slot) {
        return rangeOf(slot) >= 0;
    }

    /** The slot after {@code slot} in the order of hand-out; the first one for null; null after the last. */
    @Nullable
    Slot after(@Nullable Slot slot) {
        if (slot == null) {
            return ranges.getFirst().first();
        }
        int range = rangeOf(slot);
        if (range < 0) {
            throw new IllegalStateException(show.apply(slot) + " is not in " + describe());
        }
        if (slot.compareTo(ranges.get(range).last()) < 0) {
            return slot.next();
        }
        return range + 1 < ranges.size() ? ranges.get(range + 1).first() : null;
    }

    /** Whether the ascending hand-out has not reached {@code slot} yet. */
    boolean isAhead(Slot slot, @Nullable Slot lastFresh) {
        if (lastFresh == null) {
            return true;
        }
        int order = Integer.compare(rangeOf(slot), rangeOf(lastFresh));
        return order > 0 || (order == 0 && slot.compareTo(lastFresh) > 0);
    }

    private int rangeOf(Slot slot) {
        for (int i = 0; i < ranges.size(); i++) {
            if (ranges.get(i).contains(slot)) {
                return i;
            }
        }
        return -1;
    }

    /** The ranges, e.g. {@code 10.30.0.1 to 10.30.255.254}. */
    String describe() {
        return ranges.stream()
                .map(range -> show.apply(range.first()) + " to " + show.apply(range.last()))
                .collect(Collectors.joining(", then "));
    }
}
