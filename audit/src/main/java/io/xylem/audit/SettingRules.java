package io.xylem.audit;

import io.xylem.audit.Rules.Moment;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.BiPredicate;
import java.util.stream.Stream;

/** Settings of a realm: a pool that never gave anything out may become anything, any other only grows at its end. */
final class SettingRules {
    /** This network, loopback, link-local, multicast and what lies behind it. */
    private static final List<Ipv4Prefix> RESERVED_V4 = Stream.of(
                    "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")
            .map(Ipv4Prefix::parse)
            .toList();

    /** Loopback and embedded IPv4, link-local, multicast, and what the address plan reserves. */
    private static final List<Ipv6Prefix> RESERVED_V6 = Stream.of(
                    "::/8", "fe80::/10", "ff00::/8", "fdfe::/16", "fdff:4000::/21")
            .map(Ipv6Prefix::parse)
            .toList();

    private SettingRules() {}

    static Answer configured(RealmModel realm, Map<String, String> texts, Moment now) {
        PlanSettings before = realm.plan.settings();
        PlanSettings after = before.with(texts);
        boolean same = after.equals(before);
        if (!same) {
            check(realm.plan, before, after);
            realm.plan.change(after, now.atMs());
        }
        return Answer.configured(now, same, after.texts());
    }

    private static void check(Plan plan, PlanSettings before, PlanSettings after) {
        if (after.number(PlanSettings.REST_CONFIRMED_MS) > after.number(PlanSettings.REST_MS)) {
            throw new No("MALFORMED_EVENT");
        }
        grows(plan.subnets, PlanSettings.WORKER_V4, before.v4(), after.v4());
        grows(plan.subnets, PlanSettings.WORKER_V6, before.v6(), after.v6());
        boolean sameLengths =
                before.number(PlanSettings.WORKER_V4_LENGTH) == after.number(PlanSettings.WORKER_V4_LENGTH)
                        && before.number(PlanSettings.WORKER_V6_LENGTH) == after.number(PlanSettings.WORKER_V6_LENGTH);
        if (!sameLengths && plan.subnets.isUsed()) {
            throw new No("POOL_IN_USE");
        }
        if (!hasRoomForSubnets(after)) {
            throw new No("MALFORMED_EVENT");
        }
        grows(plan.v4, PlanSettings.SERVICE_V4, before.v4(), after.v4());
        grows(plan.instancesV6, PlanSettings.INSTANCE_V6, before.v6(), after.v6());
        for (Plan.PolicyPool policy : plan.policies()) {
            grows(policy.v6(), PlanSettings.SERVICE_V6 + policy.ipType(), before.v6(), after.v6());
        }
        unreserved(after.v4().values(), RESERVED_V4, Ipv4Prefix::overlaps);
        unreserved(after.v6().values(), RESERVED_V6, Ipv6Prefix::overlaps);
        apart(after.v4().values(), Ipv4Prefix::overlaps);
        apart(after.v6().values(), Ipv6Prefix::overlaps);
    }

    /** A worker's number is the same in both families, so the first IPv6 prefix carries as many as all IPv4 prefixes. */
    private static boolean hasRoomForSubnets(PlanSettings settings) {
        long subnets = 0;
        for (Ipv4Prefix prefix : settings.prefixesV4(PlanSettings.WORKER_V4)) {
            int bits = settings.length(PlanSettings.WORKER_V4_LENGTH) - prefix.length();
            if (bits < 0) {
                return false;
            }
            subnets += 1L << bits;
        }
        int bits = settings.length(PlanSettings.WORKER_V6_LENGTH)
                - settings.prefixesV6(PlanSettings.WORKER_V6).getFirst().length();
        return bits >= Long.SIZE - 1 || (bits >= 0 && subnets <= 1L << bits);
    }

    private static <P> void grows(
            Pool<?> pool, String name, SortedMap<String, List<P>> before, SortedMap<String, List<P>> after) {
        List<P> had = before.getOrDefault(name, List.of());
        List<P> has = after.getOrDefault(name, List.of());
        boolean grows = has.size() >= had.size() && has.subList(0, had.size()).equals(had);
        if (!grows && pool.isUsed()) {
            throw new No("POOL_IN_USE");
        }
    }

    private static <P> void unreserved(Collection<List<P>> lists, List<P> reserved, BiPredicate<P, P> overlap) {
        if (lists.stream()
                .flatMap(List::stream)
                .anyMatch(one -> reserved.stream().anyMatch(r -> overlap.test(one, r)))) {
            throw new No("POOL_RESERVED");
        }
    }

    private static <P> void apart(Collection<List<P>> lists, BiPredicate<P, P> overlap) {
        List<P> all = lists.stream().flatMap(List::stream).toList();
        for (int i = 0; i < all.size(); i++) {
            for (int j = 0; j < i; j++) {
                if (overlap.test(all.get(i), all.get(j))) {
                    throw new No("POOL_OVERLAP");
                }
            }
        }
    }
}
