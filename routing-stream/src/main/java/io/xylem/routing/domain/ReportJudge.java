package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import io.xylem.routing.domain.Verdict.Believed;
import io.xylem.routing.domain.Verdict.Reason;
import io.xylem.routing.domain.Verdict.Refused;
import java.util.Optional;

/**
 * Believes a worker about the instances that it hosts and about nothing else. What is already so is passed on as well:
 * the opposite may be on its way through the log, and the last word must win.
 */
public final class ReportJudge {
    private ReportJudge() {}

    public static Verdict judge(RoutingView view, InstanceReport report) {
        Optional<Refused> refusal = refusal(view, report.worker(), report.instance());
        if (refusal.isPresent()) {
            return refusal.get();
        }
        PlacedInstance placed = view.instance(report.instance()).orElseThrow();
        if (report.version() < placed.placedSince()) {
            return new Refused(
                    Reason.EARLIER_PLACEMENT,
                    "worker '" + report.worker() + "' reports instance " + report.instance() + " as of version "
                            + report.version() + "; it is there again only since version " + placed.placedSince());
        }
        return new Believed(id(report), report.instance(), report.ready(), report.reason());
    }

    /** Why the worker has no say in the instance; empty if it hosts it. */
    static Optional<Refused> refusal(RoutingView view, String worker, InstanceName instance) {
        Optional<PlacedInstance> known = view.instance(instance);
        if (known.isEmpty()) {
            return Optional.of(new Refused(
                    Reason.UNKNOWN_INSTANCE,
                    "worker '" + worker + "' reports instance " + instance + ", which is not allocated as of version "
                            + view.version()));
        }
        PlacedInstance placed = known.get();
        return placed.worker().equals(worker)
                ? Optional.empty()
                : Optional.of(new Refused(
                        Reason.HOSTED_ELSEWHERE,
                        "worker '" + worker + "' reports instance " + instance + ", which worker '" + placed.worker()
                                + "' hosts as of version " + placed.version()));
    }

    /** The position tells a second "ready" of one placement from the first one read twice. */
    private static String id(InstanceReport report) {
        return String.join(
                "-",
                "obs",
                report.worker(),
                report.instance().service().toString(),
                Integer.toString(report.instance().number()),
                Long.toString(report.version()),
                report.ready() ? "ready" : "unready",
                Long.toString(report.position()));
    }
}
