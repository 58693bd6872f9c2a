package io.xylem.balancing;

import io.xylem.model.InstanceName;
import java.util.HashMap;
import java.util.Map;

/**
 * The measurements of one worker, as it collects them. One thread.
 *
 * <p>An instance's own worker counts the flows of everybody, and tells of them a little later. What began and ended here
 * since is added, so that an instance does not look idle until its next report.
 */
public final class MeasuredState implements Measurements {
    /** Hears of an instance whose number of flows changed. */
    @FunctionalInterface
    public interface FlowsListener {
        void flowsChanged(InstanceName instance);
    }

    /** A new sample's part of the smoothed round trip: 1/8, as TCP's (RFC 6298). */
    private static final int SAMPLE_SHARE = 8;

    private static final class Flows {
        long own;
        long reported;
        long ownWhenReported;

        long now() {
            return Math.max(own, reported + own - ownWhenReported);
        }
    }

    private final Map<String, Long> roundTrips = new HashMap<>();
    private final Map<InstanceName, Flows> flows = new HashMap<>();
    private final FlowsListener listener;
    private long roundTripVersion;

    public MeasuredState(FlowsListener listener) {
        this.listener = listener;
    }

    @Override
    public long roundTripNs(String worker) {
        return roundTrips.getOrDefault(worker, UNKNOWN);
    }

    @Override
    public long roundTripVersion() {
        return roundTripVersion;
    }

    @Override
    public long activeFlows(InstanceName instance) {
        Flows of = flows.get(instance);
        return of == null ? 0 : of.now();
    }

    /** A probe to that worker was answered. */
    public void answered(String worker, long sampleNs) {
        long old = roundTripNs(worker);
        boolean first = old == UNKNOWN || old == SILENT;
        setRoundTrip(worker, first ? sampleNs : old + (sampleNs - old) / SAMPLE_SHARE);
    }

    /** Probes to that worker stay unanswered. */
    public void silent(String worker) {
        setRoundTrip(worker, SILENT);
    }

    /** The worker is not measured any more. */
    public void forget(String worker) {
        if (roundTrips.remove(worker) != null) {
            roundTripVersion++;
        }
    }

    /** A flow from here to that instance began. */
    public void opened(InstanceName instance) {
        count(instance, 1);
    }

    /** A flow from here to that instance ended. */
    public void closed(InstanceName instance) {
        count(instance, -1);
    }

    /** All flows of that instance, those from here among them, as its worker counted them. */
    public void reported(InstanceName instance, long all) {
        Flows of = flows.computeIfAbsent(instance, i -> new Flows());
        of.reported = all;
        of.ownWhenReported = of.own;
        changed(instance, of);
    }

    private void count(InstanceName instance, int change) {
        Flows of = flows.computeIfAbsent(instance, i -> new Flows());
        of.own = Math.max(0, of.own + change);
        changed(instance, of);
    }

    private void changed(InstanceName instance, Flows of) {
        if (of.own == 0 && of.reported == 0) {
            flows.remove(instance);
        }
        listener.flowsChanged(instance);
    }

    private void setRoundTrip(String worker, long ns) {
        Long old = roundTrips.put(worker, ns);
        if (old == null || old != ns) {
            roundTripVersion++;
        }
    }
}
