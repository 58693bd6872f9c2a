package io.xylem.proxy.domain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Copies the flows of a table, some slots at a time, and brings back those of an earlier run. A flow that comes or goes
 * while the others are copied may be in the copy or not; each is a whole one. One thread.
 */
public final class FlowCopies {
    private final FlowTable flows;
    private List<KeptFlow> copied = new ArrayList<>();
    private int next;

    public FlowCopies(FlowTable flows) {
        this.flows = flows;
    }

    /** Looks at so many slots. @return all flows, when that were the last ones, and the next call begins anew */
    public @Nullable List<KeptFlow> copy(int slots, long nowNs) {
        int end = Math.min(flows.capacity(), next + slots);
        for (; next < end; next++) {
            KeptFlow flow = flows.keep(next, nowNs);
            if (flow != null) {
                copied.add(flow);
            }
        }
        if (next < flows.capacity()) {
            return null;
        }
        List<KeptFlow> all = copied;
        copied = new ArrayList<>();
        next = 0;
        return all;
    }

    /** Those go on whose both ends are still what they were, here and by these routes. */
    public void restore(List<KeptFlow> kept, RouteTable routes, Attachments attachments, long nowNs) {
        kept.stream()
                .sorted(Comparator.comparingLong(KeptFlow::silentNs).reversed())
                .forEach(flow -> {
                    Attachment own =
                            attachments.find(flow.ownIp().high(), flow.ownIp().low());
                    Target remote = routes.instance(
                            flow.remoteIp().high(), flow.remoteIp().low());
                    if (own != null
                            && remote != null
                            && own.instance().equals(flow.own())
                            && remote.route().instance().equals(flow.remote())
                            && !remote.isLost()) {
                        flows.restore(flow, own, remote, nowNs);
                    }
                });
    }
}
