package io.xylem.routing.domain;

import io.xylem.model.InstanceName;

/** What became of a report. */
public sealed interface Verdict {
    /**
     * It becomes an event of the realm.
     *
     * @param id the same for the same report, so that reading it again does no harm
     */
    record Believed(String id, InstanceName instance, boolean ready, String reason) implements Verdict {}

    /** It is counted and goes no further. */
    record Refused(Reason reason, String message) implements Verdict {}

    enum Reason {
        /** No such instance is allocated. */
        UNKNOWN_INSTANCE,
        /** The instance is placed on another worker. */
        HOSTED_ELSEWHERE,
        /** The worker hosts the instance, and speaks of a time when it hosted it before. */
        EARLIER_PLACEMENT,
        /** The worker speaks of an address in the underlay that is not its own. */
        ADDRESS_OF_ANOTHER
    }
}
