package io.xylem.proxy.domain;

import io.xylem.balancing.Candidate;
import io.xylem.model.DualAddress;
import io.xylem.model.ServiceName;
import java.util.List;

/**
 * A service IP: the policy it stands for and who may be chosen. {@code candidates} and {@code targets} are parallel, in
 * the order of the instances' numbers, and shared by the service's addresses; they are the same objects as long as
 * nothing about those instances changes.
 *
 * @param placed how many instances have a route, usable or not
 */
public record ServiceAddress(
        ServiceName service,
        String ipType,
        DualAddress address,
        List<Candidate> candidates,
        List<Target> targets,
        int placed,
        long version,
        Usage usage) {}
