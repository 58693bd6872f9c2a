package io.xylem.balancing;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The closest worker at one moment, and whose turn it is on it. */
final class Nearest {
    /** No index: of {@link #only}. */
    static final int SEVERAL = -1;

    private final List<Candidate> candidates;
    private final String worker;
    private final boolean stays;
    /** Those of the worker, and where they stand among all. */
    private final List<Candidate> here = new ArrayList<>();

    private final int[] indexes;
    private final Turns turns;

    private Nearest(Choice choice, String worker, boolean stays, @Nullable Nearest before) {
        candidates = choice.candidates();
        this.worker = worker;
        this.stays = stays;
        indexes = new int[candidates.size()];
        for (int i = 0; i < candidates.size(); i++) {
            if (candidates.get(i).site().worker().equals(worker)) {
                indexes[here.size()] = i;
                here.add(candidates.get(i));
            }
        }
        turns = before != null && before.worker.equals(worker) ? before.turns.copy() : new Turns();
        turns.deal(here, choice.site());
    }

    static Nearest of(Choice choice, @Nullable Nearest before) {
        String closest = "";
        long closestNs = Long.MAX_VALUE;
        long currentNs = Long.MAX_VALUE;
        String last = "";
        long lastNs = 0;
        for (Candidate candidate : choice.candidates()) {
            String worker = candidate.site().worker();
            if (!worker.equals(last)) { // neighbours are often on one worker
                last = worker;
                lastNs = Distance.to(candidate.site(), choice).ns();
            }
            if (closest.isEmpty() || lastNs < closestNs) {
                closest = worker;
                closestNs = lastNs;
            }
            if (before != null && worker.equals(before.worker)) {
                currentNs = lastNs;
            }
        }
        boolean stays = currentNs != Long.MAX_VALUE && !isClearlyCloser(closestNs, currentNs);
        return new Nearest(
                choice, before != null && stays ? before.worker : closest, stays && currentNs > closestNs, before);
    }

    private static boolean isClearlyCloser(long ns, long currentNs) {
        long closer = currentNs - ns;
        return (ns == Distance.OWN_NS && closer > 0)
                || (closer > Closest.MARGIN_NS && closer > currentNs / 100 * Closest.MARGIN_PERCENT);
    }

    /** The index of the one that is always next, or {@link #SEVERAL}. */
    int only() {
        return here.size() == 1 ? indexes[0] : SEVERAL;
    }

    int peek() {
        return indexes[turns.peek()];
    }

    int next(Site site) {
        return indexes[turns.next(here, site)];
    }

    String reason(Choice choice) {
        Distance distance = Distance.to(candidates.get(indexes[0]).site(), choice);
        String why = switch (distance.kind()) {
            case OWN_WORKER -> "on the client's own worker";
            case MEASURED -> "lowest measured round trip";
            case ZONE -> "same zone, no round trip measured yet";
            case GEOGRAPHIC -> "geographically nearest, no round trip measured yet";
            case UNKNOWN -> "nothing is known of any worker's distance";
            case SILENT -> "no worker answers";
        };
        return stays
                ? why + " until now; nobody is closer by " + Closest.MARGIN_PERCENT + " % and "
                        + Closest.MARGIN_NS / 1_000 + " us"
                : why;
    }
}
