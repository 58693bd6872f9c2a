package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Rejection.Code.MALFORMED_EVENT;
import static io.xylem.allocator.domain.Rejection.Code.POOL_IN_USE;
import static io.xylem.allocator.domain.Rejection.Code.POOL_OVERLAP;

import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * A realm's settings: anything goes for a pool that never gave anything out; afterwards a pool can only grow by further
 * prefixes at its end, so that what was given out stays what and where it is.
 */
final class SettingsDecisions {
    private record Named<P>(String setting, P prefix) {}

    private final Draft draft;
    private final long atMs;

    SettingsDecisions(Draft draft, long atMs) {
        this.draft = draft;
        this.atMs = atMs;
    }

    Details configured(Event.RealmConfigured event) {
        RealmSettings before = draft.plan().settings();
        RealmSettings after = SettingTexts.read(before, new TreeMap<>(event.settings()));
        if (after.equals(before)) {
            return new Details.OfRealm(SettingTexts.write(after));
        }
        checkTimes(after);
        checkWorkers(before, after);
        checkGrowth(SettingTexts.SERVICE_V4, AddressPlan.V4, before.semanticV4(), after.semanticV4());
        checkGrowth(SettingTexts.INSTANCE_V6, AddressPlan.V6_INSTANCE, before.instanceV6(), after.instanceV6());
        List<Named<Ipv4Prefix>> v4 = new ArrayList<>();
        List<Named<Ipv6Prefix>> v6 = new ArrayList<>();
        name(SettingTexts.WORKER_V4, after.workerV4(), v4);
        name(SettingTexts.SERVICE_V4, after.semanticV4(), v4);
        name(SettingTexts.WORKER_V6, after.workerV6(), v6);
        name(SettingTexts.INSTANCE_V6, after.instanceV6(), v6);
        new TreeMap<>(after.serviceV6()).forEach((policy, prefixes) -> {
            String setting = SettingTexts.SERVICE_V6 + policy;
            checkGrowth(
                    setting,
                    AddressPlan.servicePool(policy),
                    before.serviceV6().getOrDefault(policy, List.of()),
                    prefixes);
            name(setting, prefixes, v6);
        });
        v4.forEach(one -> Reserved.check(one.setting(), one.prefix()));
        v6.forEach(one -> Reserved.check(one.setting(), one.prefix()));
        checkApart(v4, Ipv4Prefix::overlaps);
        checkApart(v6, Ipv6Prefix::overlaps);
        State.Configured known = draft.table(Tables.SETTINGS).get(Tables.REALM);
        Map<String, String> settings = new TreeMap<>(known == null ? Map.of() : known.settings());
        settings.putAll(event.settings());
        State.Elapsed elapsed = draft.plan().elapsed().until(atMs, before);
        draft.add(new Fact.RealmChanged(new State.Configured(settings, elapsed)));
        return new Details.OfRealm(SettingTexts.write(after));
    }

    private static void checkTimes(RealmSettings after) {
        if (after.restConfirmedMs() > after.restMs()) {
            throw new Refused(
                    MALFORMED_EVENT,
                    "setting rest.confirmed.ms is " + after.restConfirmedMs() + " and rest.ms is " + after.restMs()
                            + "; allowed: a confirmed withdrawal rests no longer than another");
        }
    }

    private void checkWorkers(RealmSettings before, RealmSettings after) {
        checkGrowth(SettingTexts.WORKER_V4, AddressPlan.SUBNETS, before.workerV4(), after.workerV4());
        checkGrowth(SettingTexts.WORKER_V6, AddressPlan.SUBNETS, before.workerV6(), after.workerV6());
        boolean sameLengths =
                before.workerV4Length() == after.workerV4Length() && before.workerV6Length() == after.workerV6Length();
        if (!sameLengths && isUsed(AddressPlan.SUBNETS)) {
            throw new Refused(
                    POOL_IN_USE,
                    "settings worker.v4.length and worker.v6.length are " + before.workerV4Length() + " and "
                            + before.workerV6Length() + " and can't become " + after.workerV4Length() + " and "
                            + after.workerV6Length() + ": workers have joined; allowed: before the first one joins");
        }
        long subnets = 0;
        for (Ipv4Prefix prefix : after.workerV4()) {
            if (prefix.length() > after.workerV4Length()) {
                throw new Refused(
                        MALFORMED_EVENT,
                        "setting worker.v4 has the prefix " + prefix + ", too small for one worker's /"
                                + after.workerV4Length() + "; allowed: prefixes no longer than worker.v4.length");
            }
            subnets += 1L << (after.workerV4Length() - prefix.length());
        }
        // The first one carries them all: a worker's number is the same in both families.
        Ipv6Prefix first = after.workerV6().getFirst();
        int bits = after.workerV6Length() - first.length();
        if (bits < 0 || (bits < 62 && 1L << bits < subnets)) {
            throw new Refused(
                    MALFORMED_EVENT,
                    "setting worker.v6 begins with " + first + ", which has no room for " + subnets + " subnets of /"
                            + after.workerV6Length() + "; allowed: a first prefix with room for all of worker.v4's");
        }
    }

    private <P> void checkGrowth(String setting, String pool, List<P> before, List<P> after) {
        boolean grows =
                after.size() >= before.size() && after.subList(0, before.size()).equals(before);
        if (!grows && isUsed(pool)) {
            throw new Refused(
                    POOL_IN_USE,
                    "setting " + setting + " is " + SettingTexts.list(before) + " and can't become "
                            + SettingTexts.list(after)
                            + ": addresses of it were given out; allowed: these prefixes, and further ones after them");
        }
    }

    private boolean isUsed(String pool) {
        return draft.table(Tables.POOLS).get(pool) != null;
    }

    private static <P> void checkApart(List<Named<P>> prefixes, BiPredicate<P, P> overlap) {
        for (int i = 0; i < prefixes.size(); i++) {
            for (int j = 0; j < i; j++) {
                Named<P> one = prefixes.get(i);
                Named<P> other = prefixes.get(j);
                if (overlap.test(one.prefix(), other.prefix())) {
                    throw new Refused(
                            POOL_OVERLAP,
                            "prefix " + one.prefix() + " of setting " + one.setting() + " overlaps " + other.prefix()
                                    + " of setting " + other.setting()
                                    + "; allowed: prefixes that share no address within a realm");
                }
            }
        }
    }

    private static <P> void name(String setting, List<P> prefixes, List<Named<P>> into) {
        prefixes.forEach(prefix -> into.add(new Named<>(setting, prefix)));
    }
}
