package io.xylem.balancing;

import io.xylem.model.InstanceName;
import io.xylem.model.Ipv6Prefix;
import java.util.List;
import java.util.Set;

/**
 * {@code underutilized}: the instance with the fewest active flows for its weight; of several, the next in turn after the
 * one that was chosen last. A choice looks at a sixty-fourth of the instances, a change of one's flows at 64 at most.
 */
public final class Underutilized implements BalancingPolicy {
    private static final Ipv6Prefix PREFIX = Ipv6Prefix.parse("fdff:3000::/21");

    @Override
    public String ipType() {
        return "underutilized";
    }

    @Override
    public String descriptorField() {
        return "underutilized_ip";
    }

    @Override
    public Ipv6Prefix v6Prefix() {
        return PREFIX;
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.ACTIVE_FLOWS);
    }

    @Override
    public Ahead ahead() {
        return Ahead.FOR_ANYBODY;
    }

    @Override
    public InstanceChooser newChooser() {
        return new Chooser();
    }

    /** Is its loads: an object less to read. */
    private static final class Chooser extends Loads implements InstanceChooser {
        @Override
        public int choose(Choice choice) {
            return next(choice);
        }

        @Override
        public Explanation explain(Choice choice) {
            Loads now = copy();
            now.deal(choice);
            List<String> scores = choice.candidates().stream()
                    .map(candidate -> score(choice.measurements().activeFlows(candidate.instance()), candidate))
                    .toList();
            return new Explanation(now.first(), "fewest active flows for its weight", scores);
        }

        private static String score(long flows, Candidate candidate) {
            return flows + (flows == 1 ? " flow" : " flows") + ", weight " + candidate.weight();
        }

        @Override
        public void flowsChanged(InstanceName instance, Measurements measurements) {
            changed(instance, measurements);
        }
    }
}
