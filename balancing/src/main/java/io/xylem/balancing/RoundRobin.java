package io.xylem.balancing;

import io.xylem.model.InstanceName;
import io.xylem.model.Ipv6Prefix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code RR}: smooth weighted round robin. Of {@code n} flows over {@code k} equal instances any two instances get
 * numbers that differ by at most one, and heavier instances are interleaved with lighter ones instead of served in
 * bursts.
 */
public final class RoundRobin implements BalancingPolicy {
    private static final Ipv6Prefix PREFIX = Ipv6Prefix.parse("fdff:2000::/21");

    @Override
    public String ipType() {
        return "RR";
    }

    @Override
    public String descriptorField() {
        return "rr_ip";
    }

    @Override
    public Ipv6Prefix v6Prefix() {
        return PREFIX;
    }

    @Override
    public InstanceChooser newChooser() {
        return new Chooser();
    }

    /** Each turn everybody earns its weight, the richest is chosen and pays the total: the sum stays zero. */
    private static final class Chooser implements InstanceChooser {
        private Map<InstanceName, Long> credits = new HashMap<>();

        @Override
        public int choose(Choice choice) {
            List<Candidate> candidates = choice.candidates();
            Map<InstanceName, Long> next = new HashMap<>();
            int richest = 0;
            long richestCredit = Long.MIN_VALUE;
            long total = 0;
            for (int i = 0; i < candidates.size(); i++) {
                Candidate candidate = candidates.get(i);
                long credit = credits.getOrDefault(candidate.instance(), 0L) + candidate.weight();
                next.put(candidate.instance(), credit);
                total += candidate.weight();
                if (credit > richestCredit) {
                    richest = i;
                    richestCredit = credit;
                }
            }
            next.put(candidates.get(richest).instance(), richestCredit - total);
            credits = next; // those that are no candidates any more are forgotten
            return richest;
        }
    }
}
