package io.xylem.proxy.control;

import io.xylem.model.InstanceName;
import io.xylem.proxy.domain.RouteFold;
import io.xylem.proxy.domain.RouteTable;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * The routes that hold now. One thread publishes, any reads; packets see a table or the next one, never a mixture.
 *
 * <pre>
 *  publish ──► packets are woken ──► {@link #take}: from here on no packet goes by an older table ──► {@link #applied}
 * </pre>
 */
final class Routes {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile RouteFold fold;
    private volatile RouteTable table;
    private volatile RouteTable taken;
    private volatile Runnable onPublished = () -> {};
    private volatile Runnable onTaken = () -> {};

    Routes(String worker) {
        fold = new RouteFold(worker);
        table = RouteTable.empty(worker);
        taken = table;
    }

    /** @param action on the publishing thread, after each new table */
    void onPublished(Runnable action) {
        onPublished = action;
    }

    /** @param action on the packets' thread, after it took a new table: to be short */
    void onTaken(Runnable action) {
        onTaken = action;
    }

    /** The feed's thread only. */
    void publish(RouteFold source) {
        RouteTable next = source.table();
        lock.lock();
        try {
            fold = source;
            table = next;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        onPublished.run();
    }

    RouteTable table() {
        return table;
    }

    /**
     * The packets' thread only, at the beginning of a turn: the packets of the turn before are with the kernel, and those
     * of this one go by what is returned.
     */
    @SuppressWarnings("ReferenceEquality") // the very table
    RouteTable take() {
        RouteTable current = table;
        if (current != taken) {
            taken = current;
            onTaken.run();
        }
        return current;
    }

    /** The version that packets go by; that of no routes before the first one has been taken. */
    long applied() {
        return taken.version();
    }

    Optional<InstanceAt> find(InstanceName instance) {
        return fold.find(instance);
    }

    /** The route of the instance as soon as it is as wanted; empty when it is not within the time. */
    Optional<InstanceAt> await(InstanceName instance, Predicate<InstanceAt> wanted, long timeoutMs)
            throws InterruptedException {
        long leftNs = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        lock.lockInterruptibly();
        try {
            while (true) {
                Optional<InstanceAt> found = find(instance).filter(wanted);
                if (found.isPresent() || leftNs <= 0) {
                    return found;
                }
                leftNs = changed.awaitNanos(leftNs);
            }
        } finally {
            lock.unlock();
        }
    }
}
