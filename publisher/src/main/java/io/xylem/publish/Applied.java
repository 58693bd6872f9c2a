package io.xylem.publish;

import java.time.Duration;

/**
 * A change that every worker concerned has applied.
 *
 * @param workers how many those were; none for an event that changed no route
 * @param took from the event's coming into the log to the last worker's report
 * @param slowest that worker; empty if there was none
 */
public record Applied(String realm, long version, int workers, Duration took, String slowest) {
    static Applied byNobody(String realm, long version) {
        return new Applied(realm, version, 0, Duration.ZERO, "");
    }
}
