package io.xylem.routing.domain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which workers are silent, by the log's own time: a tick that routing wrote into the log says how late it is there, so
 * no clock is asked and statuses that wait to be read count as of when they came. Where ticks are missing, nothing could
 * be heard, and every worker's time begins anew. A worker that was never heard is not silent: it has only joined.
 *
 * <p>When most workers, and two at least, fall quiet together, that is the way to the log and not the workers: each of
 * them is waited for longer, until it is heard. Missing ticks are the plainest case of it, since routing's way may be
 * open again before theirs is.
 */
final class Liveness {
    private static final int TOGETHER_MIN = 2;

    private final Patience patience;
    private final Map<String, Long> heardAtMs = new HashMap<>();

    /** Fell quiet together with most of the others, and not heard since. */
    private final Set<String> waitedFor = new HashSet<>();

    private long lastTickMs = Long.MIN_VALUE;

    Liveness(Patience patience) {
        this.patience = patience;
    }

    /** Was heard at some time that is not known any more: its time begins at the next tick. */
    void wasHeard(String worker) {
        heardAtMs.putIfAbsent(worker, Long.MIN_VALUE);
    }

    void heard(String worker, long atMs) {
        heardAtMs.merge(worker, atMs, Math::max);
        waitedFor.remove(worker);
    }

    void forget(String worker) {
        heardAtMs.remove(worker);
        waitedFor.remove(worker);
    }

    boolean isHeard(String worker) {
        return heardAtMs.containsKey(worker);
    }

    OptionalLong heardAtMs(String worker) {
        Long at = heardAtMs.get(worker);
        return at == null || at == Long.MIN_VALUE ? OptionalLong.empty() : OptionalLong.of(at);
    }

    /**
     * @param isLost of whom it is known already: they say nothing about the others
     * @return who is silent, in the order of their names
     */
    List<String> tick(long atMs, Predicate<String> isLost) {
        boolean nothingCouldBeHeard = lastTickMs == Long.MIN_VALUE || atMs - lastTickMs > patience.gapMs();
        lastTickMs = Math.max(lastTickMs, atMs);
        heardAtMs.replaceAll((_, at) -> nothingCouldBeHeard || at == Long.MIN_VALUE ? Math.max(at, atMs) : at);
        // Those who stop together were last heard up to a heartbeat apart: when the first of them is silent, all have
        // been quiet for more than half of the time.
        waitForThoseQuietTogether(nothingCouldBeHeard ? Long.MAX_VALUE : atMs - patience.timeoutMs() / 2 - 1, isLost);
        return heardAtMs.entrySet().stream()
                .filter(entry -> atMs - entry.getValue() > allowedMs(entry.getKey()))
                .map(Map.Entry::getKey)
                .sorted(Comparator.naturalOrder())
                .toList();
    }

    private void waitForThoseQuietTogether(long heardLastAtMs, Predicate<String> isLost) {
        List<String> quiet = new ArrayList<>();
        int expected = 0;
        for (Map.Entry<String, Long> entry : heardAtMs.entrySet()) {
            if (!isLost.test(entry.getKey())) {
                expected++;
                if (entry.getValue() <= heardLastAtMs) {
                    quiet.add(entry.getKey());
                }
            }
        }
        if (quiet.size() >= TOGETHER_MIN && 2 * quiet.size() > expected) {
            waitedFor.addAll(quiet);
        }
    }

    private long allowedMs(String worker) {
        return patience.timeoutMs() + (waitedFor.contains(worker) ? patience.graceMs() : 0);
    }
}
