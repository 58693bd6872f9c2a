package io.xylem.balancing;

import io.xylem.model.Ipv6Prefix;
import java.util.Set;

/**
 * A balancing policy brings its own addresses: everything that Xylem knows of it stands in one class. The allocator
 * asks for the name and the address ranges, the proxy for a chooser.
 *
 * <p>Source of the shape: Oakestra's documentation, "Extending the Network Capabilities", whose template is
 * {@code {"IpType": …, "Address": <v4 handler>, "Address_v6": <v6 handler>}}.
 */
public interface BalancingPolicy {
    /** What must be measured for a policy's choosers; what nobody needs is not measured. */
    enum Need {
        /** {@link Measurements#roundTripNs} of the workers that host candidates. */
        ROUND_TRIPS,
        /** {@link Measurements#activeFlows} of the service's instances, and {@link InstanceChooser#flowsChanged}. */
        ACTIVE_FLOWS
    }

    /** Whether choices can be made before there are the flows that they are for. */
    enum Ahead {
        /** A choice is for the flow that it was asked for. */
        NO,
        /**
         * Choices do not depend on who asks, and are as good a little later as they were when they were made: so many at a
         * time, to be used in this order by whomever.
         */
        FOR_ANYBODY,
        /** As long as the candidates are the same, a client gets the same one each time. */
        SAME_FOR_A_CLIENT
    }

    /**
     * The {@code IpType}: the name that events, outcomes and routes carry. A letter and up to 31 letters, digits,
     * underscores and hyphens; unique, compared without regard to case.
     */
    String ipType();

    /**
     * The field of a deployment descriptor that requests this policy's IPv4 address, e.g. {@code rr_ip}; with {@code _v6}
     * behind it the IPv6 address. Letters and underscores, ending with {@code _ip}.
     */
    String descriptorField();

    /** The IPv6 range that tells this policy by its prefix alone. IPv4 addresses come from the realm's shared pool. */
    Ipv6Prefix v6Prefix();

    default Set<Need> needs() {
        return Set.of();
    }

    /** Other answers than {@code NO} let flows begin without this process being asked. */
    default Ahead ahead() {
        return Ahead.NO;
    }

    /** A chooser for one service IP on one worker. */
    InstanceChooser newChooser();
}
