package io.xylem.schemas;

/** What a registry asks of a subject's next schema. The names are the REST API's. */
public enum Compatibility {
    NONE,
    /** The new schema reads what the last one wrote. */
    BACKWARD,
    /** The new schema reads what any earlier one wrote. */
    BACKWARD_TRANSITIVE,
    /** The last schema reads what the new one writes. */
    FORWARD,
    /** Every earlier schema reads what the new one writes. */
    FORWARD_TRANSITIVE,
    /** Both ways with the last schema. */
    FULL,
    /** Both ways with every earlier schema. */
    FULL_TRANSITIVE;

    boolean asksBackward() {
        return this == BACKWARD || this == BACKWARD_TRANSITIVE || asksBothWays();
    }

    boolean asksForward() {
        return this == FORWARD || this == FORWARD_TRANSITIVE || asksBothWays();
    }

    boolean isTransitive() {
        return this == BACKWARD_TRANSITIVE || this == FORWARD_TRANSITIVE || this == FULL_TRANSITIVE;
    }

    private boolean asksBothWays() {
        return this == FULL || this == FULL_TRANSITIVE;
    }
}
