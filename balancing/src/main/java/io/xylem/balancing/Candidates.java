package io.xylem.balancing;

import io.xylem.model.InstanceName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds in a list of candidates, which stand in the order of their numbers. */
final class Candidates {
    private Candidates() {}

    /** Whether nothing about them can have changed; equal lists are compared in vain. */
    @SuppressWarnings("ReferenceEquality")
    static boolean areSame(@Nullable List<Candidate> some, List<Candidate> others) {
        return some == others;
    }

    /** @return its index, or {@code -1 - i} where it would stand at {@code i} */
    static int find(List<Candidate> candidates, InstanceName instance) {
        int low = 0;
        int high = candidates.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            InstanceName found = candidates.get(middle).instance();
            if (found.number() == instance.number()) {
                return middle;
            }
            if (found.number() < instance.number()) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1 - low;
    }
}
