package io.xylem.balancing;

import io.xylem.model.InstanceName;
import java.util.List;

/** Finds in a list of candidates, which stand in the order of their numbers. */
final class Candidates {
    private Candidates() {}

    /** Whether nothing about them can have changed; equal lists are compared in vain. */
    @SuppressWarnings("ReferenceEquality")
    static boolean areSame(List<Candidate> some, List<Candidate> others) {
        return some == others;
    }

    /** @return its index, or a negative number */
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
        return -1;
    }
}
