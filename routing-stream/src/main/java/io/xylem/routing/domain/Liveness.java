package io.xylem.routing.domain;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Which workers are silent, by the log's own time: a tick that routing wrote into the log says how late it is there, so
 * no clock is asked and statuses that wait to be read count as of when they came. Where ticks are missing, nothing could
 * be heard, and every worker's time begins anew. A worker that was never heard is not silent: it has only joined.
 */
final class Liveness {
    private final long timeoutMs;
    private final long gapMs;
    private final Map<String, Long> heardAtMs = new HashMap<>();
    private long lastTickMs = Long.MIN_VALUE;

    /**
     * @param timeoutMs silence that is longer makes a worker a lost one
     * @param gapMs ticks further apart say that the broker or routing was away
     */
    Liveness(long timeoutMs, long gapMs) {
        this.timeoutMs = timeoutMs;
        this.gapMs = gapMs;
    }

    /** Was heard at some time that is not known any more: its time begins at the next tick. */
    void wasHeard(String worker) {
        heardAtMs.putIfAbsent(worker, Long.MIN_VALUE);
    }

    void heard(String worker, long atMs) {
        heardAtMs.merge(worker, atMs, Math::max);
    }

    void forget(String worker) {
        heardAtMs.remove(worker);
    }

    boolean isHeard(String worker) {
        return heardAtMs.containsKey(worker);
    }

    OptionalLong heardAtMs(String worker) {
        Long at = heardAtMs.get(worker);
        return at == null || at == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(at);
    }

    /** @return who is silent, in the order of their names */
    List<String> tick(long atMs) {
        boolean nothingCouldBeHeard = lastTickMs == Long.MIN_VALUE || atMs - lastTickMs > gapMs;
        lastTickMs = Math.max(lastTickMs, atMs);
        heardAtMs.replaceAll((_, at) -> nothingCouldBeHeard || at == Long.MIN_VALUE ? Math.max(at, atMs) : at);
        return heardAtMs.entrySet().stream()
                .filter(entry -> atMs - entry.getValue() > timeoutMs)
                .map(Map.Entry::getKey)
                .sorted(Comparator.naturalOrder())
                .toList();
    }
}
