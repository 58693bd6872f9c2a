package io.xylem.cli.cluster;

import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Steps that run side by side, each on a thread of its own. The first that fails interrupts the others. */
final class Steps {
    /** What a step does. An interrupted one throws; what it throws then is of no interest. */
    @FunctionalInterface
    interface Work {
        void run() throws ClusterException;
    }

    /** A running step, for those that need its result. */
    @FunctionalInterface
    interface Step {
        void await() throws ClusterException;
    }

    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    /** Starts the work, unless a step has failed already: then there is nothing more to do than to {@link #join}. */
    Step go(Work work) {
        Future<?> done;
        try {
            done = threads.submit(() -> {
                try {
                    work.run();
                } catch (ClusterException | RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                    threads.shutdownNow();
                    throw e;
                }
                return null;
            });
        } catch (RejectedExecutionException e) {
            return () -> {
                throw new ClusterException("an earlier step failed", e);
            };
        }
        return () -> {
            try {
                done.get();
            } catch (ExecutionException | CancellationException e) {
                throw new ClusterException("an earlier step failed", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ClusterException("interrupted", e);
            }
        };
    }

    /** Waits for all of them. @throws ClusterException the first failure */
    void join() throws ClusterException {
        threads.shutdown();
        try {
            while (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
                // Each step has a deadline of its own.
            }
        } catch (InterruptedException e) {
            threads.shutdownNow();
            threads.close(); // what a step has begun is known when this returns
            Thread.currentThread().interrupt();
            throw new ClusterException("interrupted", e);
        }
        switch (failure.get()) {
            case null -> {}
            case ClusterException e -> throw e;
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IllegalStateException(e);
        }
    }
}
