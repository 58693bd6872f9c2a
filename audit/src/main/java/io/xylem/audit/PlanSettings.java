package io.xylem.audit;

import io.xylem.balancing.Policies;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The numbers of a realm's address plan (docs: address plan).
 *
 * @param subnetV4Length prefix length of one worker's IPv4 subnet; {@code subnetV6Length} likewise
 * @param policiesV6 by the policy's own spelling of its name
 * @param restMs how long a released address rests; {@code restConfirmedMs}: once its withdrawal is confirmed
 * @param memoryMs how long an event's id is remembered
 */
public record PlanSettings(
        List<Ipv4Prefix> subnetsV4,
        int subnetV4Length,
        Ipv6Prefix subnetsV6,
        int subnetV6Length,
        List<Ipv4Prefix> semanticV4,
        List<Ipv6Prefix> instancesV6,
        Map<String, List<Ipv6Prefix>> policiesV6,
        long restMs,
        long restConfirmedMs,
        long memoryMs) {

    /** Those of the address plan. */
    public static PlanSettings defaults(Policies policies) {
        Map<String, List<Ipv6Prefix>> policiesV6 = new TreeMap<>();
        policies.all().forEach(policy -> policiesV6.put(policy.ipType(), List.of(policy.v6Prefix())));
        return new PlanSettings(
                List.of(Ipv4Prefix.parse("10.18.0.0/16")),
                26,
                Ipv6Prefix.parse("fc00::/8"),
                120,
                List.of(Ipv4Prefix.parse("10.30.0.0/16")),
                List.of(Ipv6Prefix.parse("fdff::/21"), Ipv6Prefix.parse("fdff:800::/21")),
                policiesV6,
                60_000,
                10_000,
                86_400_000);
    }
}
