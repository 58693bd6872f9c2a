package io.xylem.runtime;

import java.util.Locale;

/**
 * One word for two settings that must move together: a transaction is visible after the commit interval, but only if
 * the poll does not hold the stream thread longer than that.
 */
public enum Latency {
    LOW(5, 2),
    BALANCED(10, 5),
    THROUGHPUT(100, 100);

    private final int commitIntervalMs;
    private final int pollMs;

    Latency(int commitIntervalMs, int pollMs) {
        this.commitIntervalMs = commitIntervalMs;
        this.pollMs = pollMs;
    }

    /** Kafka Streams' {@code commit.interval.ms}. */
    public int commitIntervalMs() {
        return commitIntervalMs;
    }

    /** Kafka Streams' {@code poll.ms}. */
    public int pollMs() {
        return pollMs;
    }

    static Latency parse(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
