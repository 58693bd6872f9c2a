package io.xylem.proxy.dataplane;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Copies of packets that one reader asked for. Who reads too slowly loses some, counted; packets never wait for it. */
public final class Capture {
    private static final int WAITING = 1_024;

    /** Whose packets; asked with all addresses of a packet, as in {@link io.xylem.proxy.domain.Addresses}. */
    @FunctionalInterface
    public interface Filter {
        boolean takes(long high, long low);
    }

    final Filter filter;
    private final BlockingQueue<Captured> waiting = new ArrayBlockingQueue<>(WAITING);
    private final AtomicLong lost = new AtomicLong();
    private volatile boolean isOver;

    Capture(Filter filter) {
        this.filter = filter;
    }

    /** Any thread. */
    void add(Captured packet) {
        if (!waiting.offer(packet)) {
            lost(1);
        }
    }

    void lost(long packets) {
        lost.addAndGet(packets);
    }

    /** @return the next packet; null when none came in this time */
    public @Nullable Captured poll(long timeoutMs) throws InterruptedException {
        return waiting.poll(timeoutMs, TimeUnit.MILLISECONDS);
    }

    /** Packets that it did not get; some of them may be others than it asked for. */
    public long lost() {
        return lost.get();
    }

    /** Whether no more will come, as the proxy ends. */
    public boolean isOver() {
        return isOver;
    }

    void end() {
        isOver = true;
    }
}
