package io.xylem.routing.domain;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * How far a worker is.
 *
 * @param feed empty: it was never heard
 * @param applied what it said last since routing runs
 * @param behind how many changes that concern it it has not applied yet
 * @param oldestVersion of those; and when its event came into the log
 * @param interests how many services it wants to hear of
 */
public record WorkerState(
        String worker,
        Optional<Feed> feed,
        boolean lost,
        OptionalLong applied,
        OptionalLong heardAtMs,
        int behind,
        OptionalLong oldestVersion,
        OptionalLong oldestAtMs,
        int interests) {}
