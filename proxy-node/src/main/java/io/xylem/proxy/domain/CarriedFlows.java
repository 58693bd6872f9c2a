package io.xylem.proxy.domain;

import io.xylem.proxy.domain.Counters.Count;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Which flows are given to the {@link FastPath} and when they are taken back. It is asked once a second what became of
 * each, and at once, some of them a turn, when routes or attachments change.
 */
final class CarriedFlows {
    private static final long ROUND_NS = 1_000_000_000L;
    private static final int REVIEWED_PER_TURN = 4_096;

    private final FlowTable flows;
    private final FastPath path;
    private final Counters counters;
    /** Where the round goes on; {@link FlowTable#NONE} between two. */
    private int next = FlowTable.NONE;

    private boolean hasCounted;
    private long countedNs;
    private int reviewedEpoch;

    CarriedFlows(FlowTable flows, FastPath path, Counters counters) {
        this.flows = flows;
        this.path = path;
        this.counters = counters;
    }

    /** A packet of this flow went by, to or from another worker. */
    void offer(int flow) {
        if (path.wants(flow) && isAlive(flow)) {
            path.carry(flows.described(flow));
        }
    }

    /** A packet went by to this flow's own end, from another flow's here if there is one. */
    void offer(int sender, int receiver) {
        if (sender == FlowTable.NONE) {
            offer(receiver);
        } else if (path.wants(sender) && path.wants(receiver) && isAlive(sender) && isAlive(receiver)) {
            path.carry(flows.described(sender), flows.described(receiver));
        }
    }

    /** Takes over what an earlier process gave to the path, as far as its ends are still there. */
    void adopt(Attachments attachments, RouteTable routes, int epoch, long nowNs) {
        List<Integer> local = new ArrayList<>();
        for (FastPath.Left left : path.left(attachments)) {
            Attachment own = attachments.find(left.ownHigh(), left.ownLow());
            Target remote = routes.instance(left.remoteInstanceHigh(), left.remoteInstanceLow());
            int flow = own == null || remote == null ? FlowTable.NONE : flows.adopt(left, own, remote, epoch, nowNs);
            if (flow == FlowTable.NONE || remote == null) {
                continue;
            }
            counters.add(Count.FLOWS_ADOPTED, 1);
            if (remote.local()) {
                local.add(flow);
            } else {
                offer(flow);
            }
        }
        for (int flow : local) {
            int other = flows.otherEnd(flow);
            if (other != FlowTable.NONE) {
                offer(flow, other);
            }
        }
        path.forgetOthers();
    }

    private boolean isAlive(int flow) {
        return !flows.census().isParted(flow) && !flows.progress().isClosing(flow);
    }

    /**
     * @param isCurrent whether a flow's ends are there; brings it up to date
     * @param epoch another one when routes or attachments are others
     * @return whether the round is not over
     */
    boolean review(IntPredicate isCurrent, int epoch, long nowNs) {
        if (next == FlowTable.NONE) {
            boolean isDue = !hasCounted || nowNs - countedNs >= ROUND_NS;
            if (!isDue && epoch == reviewedEpoch) {
                return false;
            }
            if (isDue) {
                hasCounted = true;
                countedNs = nowNs;
                path.count(counters);
            }
            reviewedEpoch = epoch;
            next = 0;
        }
        for (int reviewed = 0; reviewed < REVIEWED_PER_TURN; reviewed++) {
            int slot = path.nextCarried(next);
            if (slot == FastPath.NO_FLOW) {
                next = FlowTable.NONE;
                return false;
            }
            next = slot + 1;
            flows.noteMoved(slot);
            if (!isCurrent.test(slot) || !path.isCurrent(slot, flows.own(slot), flows.remote(slot))) {
                path.release(slot);
            }
        }
        return true;
    }
}
