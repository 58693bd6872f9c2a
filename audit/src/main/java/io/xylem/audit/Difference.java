package io.xylem.audit;

/**
 * One place where the topics are not as the log says.
 *
 * @param offset of the deployment event from which on they differ
 * @param about the entity or event it is about
 * @param where the record that was looked at, e.g. {@code xylem.outcomes[0]@17}
 */
public record Difference(
        Kind kind,
        String realm,
        int partition,
        long offset,
        String about,
        String expected,
        String found,
        String where) {
    public enum Kind {
        /** The answer to an event is another one. */
        OUTCOME,
        /** An event has no answer though later ones have. */
        MISSING_OUTCOME,
        /** An answer to nothing, or a second one. */
        EXTRA_OUTCOME,
        /** An allocation says something else than the event made of it. */
        ALLOCATION,
        /** Nothing in the log made that allocation. */
        EXTRA_ALLOCATION,
        /** What is allocated is not in the topic. */
        MISSING_ALLOCATION,
        /** What was taken back is still allocated. */
        LEAK,
        /** Two owners at once. */
        DUPLICATE,
        /** The published hash of the state is another one. */
        HASH,
        /** The checker's own books do not balance: a fault of the checker. */
        IMBALANCE
    }
}
