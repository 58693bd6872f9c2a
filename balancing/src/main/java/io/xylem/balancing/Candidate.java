package io.xylem.balancing;

import io.xylem.model.InstanceName;

/** An instance that may be chosen. {@code weight ≥ 1}: its share relative to the others. */
public record Candidate(InstanceName instance, String worker, int weight) {}
