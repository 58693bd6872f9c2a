package io.xylem.audit;

import org.jspecify.annotations.Nullable;

/** What an event made of one entity. {@code before} null: it is new; {@code after} null: it is gone. */
public record Change(
        String key, @Nullable Entity before, @Nullable Entity after) {
    /** Whichever there is: for its names. */
    Entity any() {
        Entity any = after == null ? before : after;
        if (any == null) {
            throw new IllegalStateException("a change of nothing: " + key);
        }
        return any;
    }
}
