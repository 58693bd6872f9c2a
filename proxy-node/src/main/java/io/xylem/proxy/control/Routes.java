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

/** The routes that hold now. One thread publishes, any reads; packets see a table or the next one, never a mixture. */
public final class Routes {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private volatile RouteFold fold;
    private volatile RouteTable table;

    Routes(String worker) {
        fold = new RouteFold(worker);
        table = RouteTable.empty(worker);
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
    }

    public RouteTable table() {
        return table;
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
