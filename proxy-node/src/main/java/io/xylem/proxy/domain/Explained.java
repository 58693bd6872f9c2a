package io.xylem.proxy.domain;

import io.xylem.balancing.Candidate;
import io.xylem.model.InstanceName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What would become of a packet and why, for people.
 *
 * @param tableVersion the version of the routes that this is by
 * @param client the instance that sends; null if none is attached at the source
 * @param service what was dialled, if it is a service IP
 * @param flow whether a flow exists already, which keeps its instance
 * @param considered who could get a new flow, by the policy; empty where no policy is asked
 * @param reason the policy's, or why there is no choice
 * @param receiver who gets it; null if it is dropped
 * @param drop why it is dropped; null if it is not
 * @param path from the sender to the receiver
 */
public record Explained(
        long tableVersion,
        @Nullable InstanceName client,
        @Nullable ServiceAddress service,
        boolean flow,
        List<Considered> considered,
        String reason,
        @Nullable Target receiver,
        @Nullable Drop drop,
        List<Step> path) {
    /** @param score in the words of the policy */
    public record Considered(Candidate candidate, String score, boolean chosen) {}

    /** The packet as it is seen at some place. Addresses with ports as text. */
    public record Step(String at, String source, String destination) {}
}
