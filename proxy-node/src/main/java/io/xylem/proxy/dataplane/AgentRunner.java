package io.xylem.proxy.dataplane;

import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * The loop around the agent: turns as long as there is work, waits when there is none. Between two turns it asks who has
 * something to read: one system call, and none in vain for who has not.
 */
public final class AgentRunner implements Runnable, AutoCloseable {
    /** How long a stop may go unnoticed. */
    private static final int IDLE_MS = 100;

    private final ForwardingAgent agent;
    private final Readiness readiness;
    private final LongSupplier clockNs;
    private final Consumer<Throwable> onFailure;
    private volatile boolean running = true;

    /** @param onFailure told once, when the loop ends by itself */
    public AgentRunner(
            ForwardingAgent agent, Readiness readiness, LongSupplier clockNs, Consumer<Throwable> onFailure) {
        this.agent = agent;
        this.readiness = readiness;
        this.clockNs = clockNs;
        this.onFailure = onFailure;
    }

    /** Blocks in system calls, so it belongs to a platform thread of its own. */
    @Override
    public void run() {
        try {
            int ready = Readiness.BOTH;
            while (running) {
                int work = agent.doWork(clockNs.getAsLong(), ready);
                ready = readiness.await(work == 0 ? IDLE_MS : 0);
            }
        } catch (IOException | RuntimeException e) {
            onFailure.accept(e);
        }
    }

    /** Asks the loop to end; it does within a moment. */
    @Override
    public void close() {
        running = false;
    }
}
