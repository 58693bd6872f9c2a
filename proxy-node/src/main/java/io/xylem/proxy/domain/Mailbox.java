package io.xylem.proxy.domain;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** A bounded queue from one thread to another. Neither ever waits; to find it empty costs one read. */
public final class Mailbox<T> {
    private final int capacity;
    private final Queue<T> queue = new ArrayDeque<>();
    private volatile boolean any;

    public Mailbox(int capacity) {
        this.capacity = capacity;
    }

    /** @return false when it is full, and the message is not in it */
    public synchronized boolean offer(T message) {
        if (queue.size() >= capacity) {
            return false;
        }
        any = true;
        return queue.add(message);
    }

    /** @return the oldest message, or null */
    public @Nullable T poll() {
        if (!any) {
            return null;
        }
        synchronized (this) {
            T message = queue.poll();
            any = !queue.isEmpty();
            return message;
        }
    }
}
