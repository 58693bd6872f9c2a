package io.xylem.balancing;

import io.xylem.model.InstanceName;

/** An instance that may be chosen. {@code weight ≥ 1}: its share relative to the others. */
public record Candidate(InstanceName instance, Site site, int weight) {
    public Candidate {
        if (weight < 1) {
            throw new IllegalArgumentException("a weight is 1 or more, not " + weight);
        }
    }
}
