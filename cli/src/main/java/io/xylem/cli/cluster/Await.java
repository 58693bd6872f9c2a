package io.xylem.cli.cluster;

import java.time.Duration;

/** Waiting for what no one announces: another process's end, or its first answer. */
public final class Await {
    private static final long INTERVAL_MS = 50;

    @FunctionalInterface
    public interface Condition<E extends Exception> {
        boolean holds() throws E;
    }

    private Await() {}

    /** Asks again and again; false if it did not hold within the time, or the thread was interrupted. */
    public static <E extends Exception> boolean until(Duration patience, Condition<E> condition) throws E {
        long deadlineNs = System.nanoTime() + patience.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() - deadlineNs >= 0) {
                return false;
            }
            try {
                Thread.sleep(INTERVAL_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
