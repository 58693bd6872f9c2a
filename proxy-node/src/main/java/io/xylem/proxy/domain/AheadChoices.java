package io.xylem.proxy.domain;

import io.xylem.balancing.BalancingPolicy;
import io.xylem.balancing.BalancingPolicy.Need;
import io.xylem.balancing.Choice;
import io.xylem.balancing.InstanceChooser;
import io.xylem.balancing.MeasuredState;
import io.xylem.balancing.Site;
import io.xylem.model.InstanceName;
import org.jspecify.annotations.Nullable;

/**
 * The next choices of one chooser, made before there are the flows, so that a fast path can take them. Whoever opens a flow
 * takes the next one, here too, so each is used once and in the order in which the policy made them. A choice counts as an
 * active flow until there is that flow, or policies that count would choose the same instance again and again. One thread.
 */
final class AheadChoices {
    /** By measurements, which change: fewer, and not for long. */
    private static final int MOST_BY_MEASUREMENTS = 32;

    private static final int LONGEST_ROUND = 10_000;

    private final Doors.Desk desk;
    private final InstanceChooser chooser;
    private final boolean countsFlows;
    private final boolean isMeasured;
    private final MeasuredState measured;
    private final InstanceName client;
    private final Site site;
    private ServiceAddress address;
    private boolean isOver;

    /** @param client anybody on this worker, as the policy does not mind */
    AheadChoices(
            Doors.Desk desk,
            BalancingPolicy policy,
            InstanceChooser chooser,
            MeasuredState measured,
            ServiceAddress address,
            InstanceName client,
            Site site) {
        this.desk = desk;
        this.chooser = chooser;
        this.measured = measured;
        this.address = address;
        this.client = client;
        this.site = site;
        countsFlows = policy.needs().contains(Need.ACTIVE_FLOWS);
        isMeasured = !policy.needs().isEmpty();
    }

    Doors.Desk desk() {
        return desk;
    }

    ServiceAddress address() {
        return address;
    }

    /** Whether nobody is to ask it any more. */
    boolean isOver() {
        return isOver;
    }

    /** The next choice, for a flow that is opened here; null when none was made ahead. */
    @Nullable
    Target take() {
        Target taken = desk.take();
        settle();
        return taken;
    }

    @Nullable
    Target peek() {
        return desk.peek();
    }

    /** What was taken is a flow by now, which is counted as such, or will be none. */
    private void settle() {
        if (countsFlows) {
            desk.forEachTaken(target -> measured.closed(target.route().instance()));
        } else {
            desk.forEachTaken(target -> {});
        }
    }

    /** After the flows were entered that came of the choices taken. */
    void refill(long nowNs) {
        settle();
        int most = isMeasured ? MOST_BY_MEASUREMENTS : desk.left() + desk.room();
        if (isOver || !address.hasTargets() || desk.left() > most / 2) {
            return;
        }
        for (int missing = most - desk.left(); missing > 0; missing--) {
            int chosen = chosen(nowNs);
            Target target = address.target(chosen);
            if (target == null) {
                return;
            }
            desk.add(target);
            if (countsFlows) {
                measured.opened(target.route().instance());
            }
        }
    }

    private int chosen(long nowNs) {
        try {
            return chooser.choose(new Choice(address.candidates(), client, site, measured, nowNs));
        } catch (RuntimeException | LinkageError e) {
            return -1; // whoever asks it for a packet meets it again
        }
    }

    /** By this table from now on. */
    void use(ServiceAddress now, long nowNs) {
        if (!address.hasCandidatesOf(now)) {
            withdraw(nowNs);
            address = now;
            refill(nowNs);
        } else {
            address = now;
        }
    }

    /** Choices by measurements of now. */
    void renew(long nowNs) {
        if (isMeasured) {
            withdraw(nowNs);
            refill(nowNs);
        }
    }

    /** Takes all back for good. */
    void end(long nowNs) {
        if (!isOver) {
            isOver = true;
            withdraw(nowNs);
        }
    }

    /** Those whose turn it was are next again: whole rounds are taken back, and nobody has lost one. */
    private void withdraw(long nowNs) {
        settle();
        int taken = 0;
        while (desk.take() != null) {
            taken++;
        }
        settle();
        long round = address.candidates().stream()
                .mapToLong(candidate -> candidate.weight())
                .sum();
        if (!isMeasured && taken > 0 && round <= LONGEST_ROUND) {
            for (long missing = (round - taken % round) % round; missing > 0 && chosen(nowNs) >= 0; missing--) {
                // not for anybody
            }
        }
    }
}
