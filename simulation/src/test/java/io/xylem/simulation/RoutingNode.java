package io.xylem.simulation;

import io.xylem.routing.domain.AllocationApplier;
import io.xylem.routing.domain.AllocationChange;
import io.xylem.routing.domain.AllocationDecider;
import io.xylem.routing.domain.InstanceReport;
import io.xylem.routing.domain.ReportJudge;
import io.xylem.routing.domain.RouteChange;
import io.xylem.routing.domain.RoutingStateInMemory;
import io.xylem.routing.domain.Verdict;
import java.util.List;
import java.util.Random;

/**
 * Routing as at-least-once makes it: after a crash it reads again from the last commit, while its state and the routes
 * that it had sent have come any way beyond that commit, each on its own.
 */
final class RoutingNode {
    private RoutingStateInMemory state = new RoutingStateInMemory();
    private int nextAllocation;
    private int nextReport;
    private int committedAllocations;
    private int committedReports;
    private int committedRoutes;

    boolean readAllocation(List<AllocationChange> allocations, List<RouteChange> routes) {
        if (nextAllocation == allocations.size()) {
            return false;
        }
        AllocationChange change = allocations.get(nextAllocation++);
        routes.addAll(tell(state, change));
        return true;
    }

    private static List<RouteChange> tell(RoutingStateInMemory state, AllocationChange change) {
        AllocationDecider.Decision decision = AllocationDecider.decide(state, change);
        if (decision.news()) {
            AllocationApplier.apply(state, change);
        }
        return decision.routes();
    }

    /** @param believed takes what is to become an event */
    boolean readReport(List<InstanceReport> reports, List<Verdict.Believed> believed) {
        if (nextReport == reports.size()) {
            return false;
        }
        if (ReportJudge.judge(state, reports.get(nextReport++)) instanceof Verdict.Believed verdict) {
            believed.add(verdict);
        }
        return true;
    }

    void commit(List<RouteChange> routes) {
        committedAllocations = nextAllocation;
        committedReports = nextReport;
        committedRoutes = routes.size();
    }

    /** @param seen how many of the routes a proxy has seen already: those were written for good */
    void crash(Random random, List<AllocationChange> allocations, List<RouteChange> routes, int seen) {
        int written = Math.max(committedRoutes, seen);
        int lost = random.nextInt(routes.size() - written + 1);
        routes.subList(routes.size() - lost, routes.size()).clear();
        int kept = committedAllocations + random.nextInt(nextAllocation - committedAllocations + 1);
        state = after(allocations.subList(0, kept));
        nextAllocation = committedAllocations;
        nextReport = committedReports;
    }

    RoutingStateInMemory state() {
        return state;
    }

    /** What is known when all of this has been read once. */
    static RoutingStateInMemory after(List<AllocationChange> allocations) {
        RoutingStateInMemory state = new RoutingStateInMemory();
        allocations.forEach(change -> tell(state, change));
        return state;
    }
}
