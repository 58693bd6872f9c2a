package io.xylem.proxy.control;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/** Does something at once when it is asked for, but not more often than every so often: then the next time is for all. */
final class Coalesced {
    private final ScheduledExecutorService thread;
    private final long everyNs;
    private final LongSupplier clockNs;
    private final Runnable action;
    private final AtomicBoolean asked = new AtomicBoolean();
    private volatile long lastNs;

    Coalesced(ScheduledExecutorService thread, long everyMs, LongSupplier clockNs, Runnable action) {
        this.thread = thread;
        this.everyNs = TimeUnit.MILLISECONDS.toNanos(everyMs);
        this.clockNs = clockNs;
        this.action = action;
        lastNs = clockNs.getAsLong() - everyNs;
    }

    /** From any thread; never waits. */
    void ask() {
        if (!asked.compareAndSet(false, true)) {
            return;
        }
        long delayNs = Math.max(0, lastNs + everyNs - clockNs.getAsLong());
        try {
            ScheduledFuture<?> _ = thread.schedule(this::act, delayNs, TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            asked.set(false); // it ends: nobody waits for it any more
        }
    }

    private void act() {
        lastNs = clockNs.getAsLong();
        asked.set(false); // before the action: what is asked for meanwhile may be too late for it
        action.run();
    }
}
