package io.xylem.balancing;

import io.xylem.model.Ipv6Prefix;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code closest}: the worker with the lowest measured round trip, the client's own first; several instances on it are
 * taken in turn, by their weights. Without a measurement {@link Distance} estimates it.
 *
 * <p>The worker that was closest stays so until another one is closer by {@value #MARGIN_PERCENT} % and by
 * {@value #MARGIN_NS} ns, lest flows swing between workers as far as each other. Changed measurements are looked at
 * {@value #LOOK_AGAIN_NS} ns after the last time at the earliest, changed candidates at once.
 */
public final class Closest implements BalancingPolicy {
    static final int MARGIN_PERCENT = 20;
    static final long MARGIN_NS = 100_000;
    static final long LOOK_AGAIN_NS = 200_000_000;

    private static final Ipv6Prefix PREFIX = Ipv6Prefix.parse("fdff:1000::/21");

    @Override
    public String ipType() {
        return "closest";
    }

    @Override
    public String descriptorField() {
        return "closest_ip";
    }

    @Override
    public Ipv6Prefix v6Prefix() {
        return PREFIX;
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.ROUND_TRIPS);
    }

    @Override
    public Ahead ahead() {
        return Ahead.FOR_ANYBODY;
    }

    @Override
    public InstanceChooser newChooser() {
        return new Chooser();
    }

    private static final class Chooser implements InstanceChooser {
        /** What the choice depends on, and the one whose turn it always is, beside each other: most often that is all. */
        private @Nullable List<Candidate> candidates;

        private long roundTripVersion;
        private long lookedNs;
        private int only;
        private @Nullable Nearest nearest;

        @Override
        public int choose(Choice choice) {
            Nearest last = nearest;
            if (last == null || !holds(choice)) {
                last = Nearest.of(choice, last);
                nearest = last;
                candidates = choice.candidates();
                roundTripVersion = choice.measurements().roundTripVersion();
                lookedNs = choice.nowNs();
                only = last.only();
            }
            return only != Nearest.SEVERAL ? only : last.next(choice.site());
        }

        @Override
        public Explanation explain(Choice choice) {
            List<String> scores = choice.candidates().stream()
                    .map(candidate -> Distance.to(candidate.site(), choice).toString())
                    .toList();
            Nearest current = nearest != null && holds(choice) ? nearest : Nearest.of(choice, nearest);
            return new Explanation(current.peek(), current.reason(choice), scores);
        }

        /** Whether there is no cause to look again. */
        private boolean holds(Choice choice) {
            return Candidates.areSame(candidates, choice.candidates())
                    && (roundTripVersion == choice.measurements().roundTripVersion()
                            || choice.nowNs() - lookedNs < LOOK_AGAIN_NS);
        }
    }
}
