package io.xylem.balancing;

import io.xylem.model.Ipv6Prefix;
import org.jspecify.annotations.Nullable;

/**
 * {@code RR}: smooth weighted round robin, of each worker's flows by itself. Of {@code n} flows over {@code k} equal
 * instances any two instances get numbers that differ by at most one; with weights, everybody is at each moment less
 * than one flow away from its exact part.
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
    public Ahead ahead() {
        return Ahead.FOR_ANYBODY;
    }

    @Override
    public InstanceChooser newChooser() {
        return new Chooser();
    }

    private static final class Chooser implements InstanceChooser {
        private @Nullable Turns turns;

        @Override
        public int choose(Choice choice) {
            Turns current = turnsOf(choice);
            turns = current;
            return current.next();
        }

        @Override
        public Explanation explain(Choice choice) {
            Turns current = turnsOf(choice);
            return new Explanation(current.peek(), "next in turn", current.scores());
        }

        private Turns turnsOf(Choice choice) {
            Turns last = turns;
            if (last != null && last.isOf(choice.candidates())) {
                return last;
            }
            return Turns.of(choice.candidates(), last, choice.site());
        }
    }
}
