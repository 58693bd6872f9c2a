package io.xylem.balancing;

import io.xylem.model.Ipv6Prefix;

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

    /** Is its turns: an object less to read. */
    private static final class Chooser extends Turns implements InstanceChooser {
        @Override
        public int choose(Choice choice) {
            return next(choice.candidates(), choice.site());
        }

        @Override
        public Explanation explain(Choice choice) {
            Turns now = copy();
            now.deal(choice.candidates(), choice.site());
            return new Explanation(now.peek(), "next in turn", now.scores());
        }
    }
}
