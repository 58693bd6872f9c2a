package io.xylem.balancing;

import java.util.List;

/** Picks the instance for one new flow; keeps what it must remember between choices. Not thread-safe. */
public interface InstanceChooser {
    /**
     * @param candidates the instances that take new flows, in the order of their numbers; never empty
     * @return the index of the chosen one in {@code candidates}
     */
    int choose(List<Candidate> candidates);
}
