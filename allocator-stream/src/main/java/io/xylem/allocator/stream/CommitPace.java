package io.xylem.allocator.stream;

/**
 * When a transaction is to end: soon after a record that is fresh, and later when many come late, for a transaction costs
 * the brokers as much as some hundred records, however many it has. What has waited long waits at most as long again.
 */
final class CommitPace {
    /** Fewer a transaction gain too little by waiting for each other. */
    private static final int MANY = 100;

    private final long shortestMs;
    private final long longestMs;
    private long lastMs;
    private int records;
    private int recordsBefore;

    /**
     * @param shortestMs between two commits, however fresh the records
     * @param longestMs that Kafka Streams itself lets a transaction last
     */
    CommitPace(long shortestMs, long longestMs) {
        this.shortestMs = shortestMs;
        this.longestMs = Math.max(shortestMs, longestMs);
    }

    /**
     * A record was handled.
     *
     * @param publishedMs when it was published
     * @return milliseconds until a commit is due; 0: now
     */
    long handled(long nowMs, long publishedMs) {
        records++;
        boolean many = Math.max(records, recordsBefore) >= MANY;
        long apartMs = many ? Math.clamp(nowMs - publishedMs, shortestMs, longestMs) : shortestMs;
        return Math.max(0, lastMs + apartMs - nowMs);
    }

    void committed(long nowMs) {
        lastMs = nowMs;
        recordsBefore = records;
        records = 0;
    }
}
