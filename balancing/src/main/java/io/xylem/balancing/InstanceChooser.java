package io.xylem.balancing;

import io.xylem.model.InstanceName;
import java.util.Collections;

/**
 * Picks the instance for one new flow: one service IP on one worker. Keeps what it must remember between choices. It
 * belongs to the one thread that asks it.
 */
@FunctionalInterface
public interface InstanceChooser {
    /** @return the index of the chosen one in {@link Choice#candidates} */
    int choose(Choice choice);

    /** What {@link #choose} would do, and why; changes nothing. */
    default Explanation explain(Choice choice) {
        return new Explanation(
                Explanation.UNKNOWN,
                "the policy does not explain itself",
                Collections.nCopies(choice.candidates().size(), ""));
    }

    /**
     * {@link Measurements#activeFlows} has another answer for that instance of the service, which need not be a
     * candidate. Called only for policies with {@link BalancingPolicy.Need#ACTIVE_FLOWS}.
     */
    default void flowsChanged(InstanceName instance, Measurements measurements) {}
}
