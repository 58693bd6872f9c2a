package io.xylem.balancing;

import io.xylem.model.InstanceName;
import java.util.List;

/**
 * What a chooser is asked about one new flow.
 *
 * @param candidates the instances that take new flows, in the order of their numbers; never empty, never changed. As
 *     long as nothing about them changes it is the same object, so that what was worked out of it can be kept
 * @param client who opens the flow
 * @param site where the client is: the worker whose proxy asks
 * @param nowNs of a clock that only moves forward; its zero means nothing
 */
public record Choice(
        List<Candidate> candidates, InstanceName client, Site site, Measurements measurements, long nowNs) {}
