package io.xylem.proxy.domain;

import io.xylem.balancing.Candidate;
import io.xylem.balancing.InstanceChooser;
import io.xylem.model.DualAddress;
import io.xylem.model.ServiceName;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A service IP: the policy it stands for and who may be chosen. {@code candidates} and {@code targets} are parallel, in
 * the order of the instances' numbers, and shared by the service's addresses; they are the same objects as long as
 * nothing about those instances changes. Equal to itself only.
 */
public final class ServiceAddress {
    private final ServiceName service;
    private final String ipType;
    private final DualAddress address;
    private final List<Candidate> candidates;
    private final Target[] targets;
    private final int placed;
    private final long version;
    private final Usage usage;

    /** What {@link Choosers} found for it, and which of them did: a choice reads as little memory as it can. */
    @Nullable
    InstanceChooser chooser;

    @Nullable
    Choosers chooserOf;

    /** Choices that were made ahead by that chooser, if any. */
    @Nullable
    AheadChoices ahead;

    /** @param placed how many instances have a route, usable or not */
    ServiceAddress(
            ServiceName service,
            String ipType,
            DualAddress address,
            List<Candidate> candidates,
            Target[] targets,
            int placed,
            long version,
            Usage usage) {
        this.service = service;
        this.ipType = ipType;
        this.address = address;
        this.candidates = candidates;
        this.targets = targets;
        this.placed = placed;
        this.version = version;
        this.usage = usage;
    }

    public ServiceName service() {
        return service;
    }

    public String ipType() {
        return ipType;
    }

    public DualAddress address() {
        return address;
    }

    public List<Candidate> candidates() {
        return candidates;
    }

    public List<Target> targets() {
        return Collections.unmodifiableList(Arrays.asList(targets));
    }

    boolean hasTargets() {
        return targets.length > 0;
    }

    /** Whether nothing has changed about those who may be chosen. */
    @SuppressWarnings("ReferenceEquality") // made anew whenever something has
    boolean hasCandidatesOf(ServiceAddress other) {
        return targets == other.targets;
    }

    /** As {@link #targets} has it; null beyond them. */
    @Nullable
    Target target(int index) {
        return index >= 0 && index < targets.length ? targets[index] : null;
    }

    public int placed() {
        return placed;
    }

    public long version() {
        return version;
    }

    public Usage usage() {
        return usage;
    }
}
