package io.xylem.proxy.dataplane;

import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.FlowCopies;
import io.xylem.proxy.domain.FlowTable;
import io.xylem.proxy.domain.KeptFlow;
import io.xylem.proxy.domain.RouteTable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Flows on their way out of the packets' thread to the disk, so many slots a turn, and in from there at the start. */
public final class FlowTransfer {
    /** Some tens of microseconds. */
    private static final int SLOTS_PER_TURN = 1_024;

    private final FlowTable flows;
    private final FlowCopies copies;
    private final AtomicReference<@Nullable CompletableFuture<List<KeptFlow>>> asked = new AtomicReference<>();
    private List<KeptFlow> earlier = List.of();

    FlowTransfer(FlowTable flows) {
        this.flows = flows;
        copies = new FlowCopies(flows);
    }

    /** Flows of an earlier run, as far as both their ends are still there by the first turn. Before it. */
    public void restore(List<KeptFlow> kept) {
        earlier = kept;
    }

    /** A copy of all flows. For any thread: it comes after some of the next turns. */
    public CompletableFuture<List<KeptFlow>> copy() {
        CompletableFuture<List<KeptFlow>> question = new CompletableFuture<>();
        CompletableFuture<List<KeptFlow>> before = asked.compareAndExchange(null, question);
        return before == null ? question : before;
    }

    /** The packets' thread, once a turn. @return how many slots were looked at */
    int work(RouteTable routes, Attachments attachments, long nowNs) {
        if (!earlier.isEmpty()) {
            copies.restore(earlier, routes, attachments, nowNs);
            earlier = List.of();
        }
        CompletableFuture<List<KeptFlow>> question = asked.get();
        if (question == null) {
            return 0;
        }
        List<KeptFlow> all = copies.copy(SLOTS_PER_TURN, nowNs);
        if (all != null) {
            asked.set(null);
            question.complete(all);
        }
        return SLOTS_PER_TURN;
    }

    /** The same after the last turn. */
    public List<KeptFlow> last(long nowNs) {
        List<KeptFlow> all = copies.copy(flows.capacity(), nowNs);
        return all == null ? List.of() : all;
    }
}
