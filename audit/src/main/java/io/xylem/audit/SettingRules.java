package io.xylem.audit;

import io.xylem.audit.Rules.Moment;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.BiPredicate;

/** Settings of a realm: a pool that never gave anything out may become anything, any other only grows at its end. */
final class SettingRules {
    private SettingRules() {}

    static Answer configured(RealmModel realm, Map<String, String> texts, Moment now) {
        PlanSettings before = realm.plan.settings();
        PlanSettings after = before.with(texts);
        boolean same = after.equals(before);
        if (!same) {
            check(realm.plan, before, after);
            // A longer rest does not bring back what had run out before.
            realm.forgetWithdrawals(now.atMs());
            realm.plan.configure(after);
        }
        return new Answer(now.offset(), now.type(), null, same, null, null, null, -1, List.of(), null, null);
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
