package io.xylem.allocator.domain;

import io.xylem.balancing.BalancingPolicy;
import io.xylem.balancing.Policies;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What may differ from realm to realm. The defaults are those of the address plan.
 *
 * @param workerV4 whence worker subnets come, in this order
 * @param workerV4Length prefix length of one worker's IPv4 subnet
 * @param semanticV4 service IPs and instance IPs share these
 * @param serviceV6 the IPv6 ranges of each policy, by its {@code IpType}
 * @param restConfirmedMs how long a released address rests whose withdrawal is confirmed, counted from its release
 * @param restMs how long any other released address rests
 * @param eventMemoryMs how long an event's id is remembered, in the log's time
 */
public record RealmSettings(
        List<Ipv4Prefix> workerV4,
        int workerV4Length,
        List<Ipv6Prefix> workerV6,
        int workerV6Length,
        List<Ipv4Prefix> semanticV4,
        List<Ipv6Prefix> instanceV6,
        Map<String, List<Ipv6Prefix>> serviceV6,
        long restConfirmedMs,
        long restMs,
        long eventMemoryMs) {
    public RealmSettings {
        workerV4 = List.copyOf(workerV4);
        workerV6 = List.copyOf(workerV6);
        semanticV4 = List.copyOf(semanticV4);
        instanceV6 = List.copyOf(instanceV6);
        serviceV6 = Map.copyOf(serviceV6);
    }

    public static RealmSettings defaults(Policies policies) {
        Map<String, List<Ipv6Prefix>> serviceV6 = new LinkedHashMap<>();
        for (BalancingPolicy policy : policies.all()) {
            serviceV6.put(policy.ipType(), List.of(policy.v6Prefix()));
        }
        return new RealmSettings(
                List.of(Ipv4Prefix.parse("10.18.0.0/16")),
                26,
                // fc00:: up to fdfd:ffff:…, all below the reserved fdfe::/16
                Stream.of(
                                "fc00::/8",
                                "fd00::/9",
                                "fd80::/10",
                                "fdc0::/11",
                                "fde0::/12",
                                "fdf0::/13",
                                "fdf8::/14",
                                "fdfc::/15")
                        .map(Ipv6Prefix::parse)
                        .toList(),
                120,
                List.of(Ipv4Prefix.parse("10.30.0.0/16")),
                List.of(Ipv6Prefix.parse("fdff::/21"), Ipv6Prefix.parse("fdff:800::/21")),
                serviceV6,
                10_000,
                60_000,
                86_400_000);
    }

    RealmSettings withWorker(List<Ipv4Prefix> v4, int v4Length, List<Ipv6Prefix> v6, int v6Length) {
        return new RealmSettings(
                v4, v4Length, v6, v6Length, semanticV4, instanceV6, serviceV6, restConfirmedMs, restMs, eventMemoryMs);
    }

    RealmSettings withSemantic(List<Ipv4Prefix> v4, List<Ipv6Prefix> instance, Map<String, List<Ipv6Prefix>> service) {
        return new RealmSettings(
                workerV4,
                workerV4Length,
                workerV6,
                workerV6Length,
                v4,
                instance,
                service,
                restConfirmedMs,
                restMs,
                eventMemoryMs);
    }

    RealmSettings withTimes(long confirmedMs, long otherwiseMs, long memoryMs) {
        return new RealmSettings(
                workerV4,
                workerV4Length,
                workerV6,
                workerV6Length,
                semanticV4,
                instanceV6,
                serviceV6,
                confirmedMs,
                otherwiseMs,
                memoryMs);
    }
}
