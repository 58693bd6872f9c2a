package io.xylem.balancing;

import java.util.List;

/**
 * Why a chooser would choose as it would, for people.
 *
 * @param chosen the index that {@link InstanceChooser#choose} would return now, or {@link #UNKNOWN}
 * @param reason a sentence without a full stop, e.g. {@code lowest measured round trip}
 * @param scores one a candidate, in their order, with its unit, e.g. {@code 0.31 ms}
 */
public record Explanation(int chosen, String reason, List<String> scores) {
    public static final int UNKNOWN = -1;

    public Explanation {
        scores = List.copyOf(scores);
    }
}
