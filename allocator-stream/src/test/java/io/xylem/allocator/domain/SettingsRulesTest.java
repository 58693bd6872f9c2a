package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Realm.S;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.allocator.domain.Rejection.Code;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsRulesTest {
    private final Realm realm = new Realm(Realm.SMALL);

    private static Event set(String key, String text) {
        return new Event.RealmConfigured(Map.of(key, text));
    }

    @Test
    void aRealmIsCreatedWithOtherPools() {
        realm.ok(new Event.RealmConfigured(Map.of(
                "worker.v4", "10.99.0.0/16",
                "worker.v4.length", "24",
                "worker.v6", "fd00:1::/32",
                "worker.v6.length", "112",
                "service.v4", "10.40.0.0/24",
                "instance.v6", "fdff:9::/64",
                "service.v6.RR", "fdff:8::/64")));
        realm.withWorkers("w1").withService(S);
        Details.OfPlacement placed = realm.schedule(S, 1, "w1");
        assertThat(placed.instanceIp()).hasToString("10.40.0.2 fdff:9::1");
        assertThat(placed.namespaceIp()).hasToString("10.99.0.1 fd00:1::1");
        assertThat(((Details.OfWorker) realm.ok(Realm.joined("w2"))).subnet())
                .hasToString("10.99.1.0/24 fd00:1::1:0/112");
        assertThat(((Details.OfService) realm.unchanged(Realm.registered(S)))
                        .serviceIps()
                        .toString())
                .contains("10.40.0.1 fdff:8::1");
    }

    @Test
    void aPoolIsExtendedWhileItIsInUse() {
        realm.withWorkers("w1", "w2", "w3", "w4").withService(S);
        for (int i = 1; i <= 13; i++) {
            realm.schedule(S, i, "w" + (1 + i % 4));
        }
        realm.refused(Code.POOL_EXHAUSTED, Realm.scheduled(S, 14, "w1"));
        realm.refused(Code.WORKER_POOL_EXHAUSTED, Realm.joined("w5"));
        realm.ok(set("service.v4", "10.30.0.0/28, 10.31.0.0/28"));
        realm.ok(set("worker.v4", "10.18.0.0/27,10.19.0.0/28"));
        assertThat(realm.schedule(S, 14, "w1").instanceIp().v4()).hasToString("10.31.0.1");
        assertThat(((Details.OfWorker) realm.ok(Realm.joined("w5"))).subnet())
                .hasToString("10.19.0.0/29 fc00::400/120");
        assertThat(realm.schedule(S, 15, "w5").namespaceIp()).hasToString("10.19.0.1 fc00::401");
        Invariants.check(realm.store);
        realm.ok(new Event.WorkerLeft("w5"));
        Invariants.check(realm.store);
    }

    @Test
    void whatIsInUseNeitherShrinksNorChanges() {
        realm.withWorkers("w1").withService(S);
        assertThat(realm.refused(Code.POOL_IN_USE, set("service.v4", "10.31.0.0/28")))
                .isEqualTo(
                        "setting service.v4 is 10.30.0.0/28 and can't become 10.31.0.0/28: addresses of it were given"
                                + " out; allowed: these prefixes, and further ones after them");
        realm.refused(Code.POOL_IN_USE, set("service.v4", "10.30.0.0/29"));
        realm.refused(Code.POOL_IN_USE, set("service.v4", "10.31.0.0/28,10.30.0.0/28"));
        realm.refused(Code.POOL_IN_USE, set("worker.v4", "10.18.0.0/26"));
        realm.refused(Code.POOL_IN_USE, set("worker.v4.length", "28"));
        realm.refused(Code.POOL_IN_USE, set("worker.v6.length", "112"));
        realm.refused(Code.POOL_IN_USE, set("worker.v6", "fd00::/16"));
        realm.refused(Code.POOL_IN_USE, set("service.v6.RR", "fdff:7000::/21"));
        realm.ok(set("service.v6.closest", "fdff:7000::/21"));
        realm.ok(set("instance.v6", "fdff:9000::/21"));
        realm.schedule(S, 1, "w1");
        realm.refused(Code.POOL_IN_USE, set("instance.v6", "fdff::/21"));
        realm.ok(Realm.removed(S, 1));
        assertThat(realm.refused(Code.POOL_IN_USE, set("instance.v6", "fdff::/21")))
                .as("given out before")
                .contains("fdff:9000::/21");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "service.v4         | 10.30.0.0/16,10.30.7.0/24 | 10.30.7.0/24 of setting service.v4 overlaps 10.30.0.0/16 of setting service.v4",
                "service.v4         | 10.18.0.0/28              | 10.18.0.0/28 of setting service.v4 overlaps 10.18.0.0/27 of setting worker.v4",
                "worker.v4          | 10.0.0.0/8                | 10.30.0.0/28 of setting service.v4 overlaps 10.0.0.0/8 of setting worker.v4",
                "instance.v6        | fdff:2000::1:0/112        | of setting service.v6.RR overlaps fdff:2000::1:0/112 of setting instance.v6",
                "service.v6.closest | fc00:7::/64               | fc00:7::/64 of setting service.v6.closest overlaps fc00::/8 of setting worker.v6",
            })
    void prefixesThatOverlapAreRefused(String key, String text, String message) {
        assertThat(realm.refused(Code.POOL_OVERLAP, set(key, text))).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "worker.v6          | fdfe::/32                | fdfe::/16, and that is reserved by the address plan",
                "worker.v6          | fc00::/7                 | fdfe::/16, and that",
                "instance.v6        | fdff::/21,fdfe:1::/64    | fdfe:1::/64, which overlaps fdfe::/16",
                "instance.v6        | fdff:4000::/21           | fdff:4000::/21, and that is reserved",
                "service.v6.RR      | fdff:47ff::/32           | fdff:4000::/21, and that is reserved",
                "service.v6.closest | fdff:4000::/20           | fdff:4000::/21, and that is reserved",
                "instance.v6        | ::/64                    | ::/8, and that is loopback",
                "instance.v6        | fe80::/64                | link-local",
                "instance.v6        | ff02::/64                | multicast",
                "service.v4         | 169.254.1.0/24           | the gateway of instances",
                "service.v4         | 0.0.0.0/8                | this network",
                "worker.v4          | 127.0.0.0/16             | loopback",
                "worker.v4          | 239.0.0.0/16             | multicast",
                "service.v4         | 240.0.0.0/8              | reserved",
            })
    void reservedRangesAreRefused(String key, String text, String message) {
        assertThat(realm.refused(Code.POOL_RESERVED, set(key, text)))
                .startsWith("setting " + key + " has the prefix ")
                .contains(message)
                .endsWith("allowed: prefixes outside of it");
    }

    @Test
    void whatLiesBesideAReservedRangeIsNotReserved() {
        realm.ok(new Event.RealmConfigured(Map.of(
                "worker.v6", "fdfd::/16",
                "instance.v6", "fdff:4800::/21",
                "service.v6.RR", "fdff:3800::/21",
                "service.v4", "169.253.0.0/16,169.255.0.0/16,223.0.0.0/8,126.0.0.0/8,1.0.0.0/8")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "service.v4        | 10.30.0.1/16 | has host bits set",
                "service.v4        | ''           | is not an IPv4 prefix",
                "service.v4        | 10.30.0.0/31 | allowed: lengths 8 to 30",
                "instance.v6       | 10.30.0.0/16 | a list of prefixes",
                "rest.ms           | -1           | setting rest.ms is a whole number from 0 to",
                "rest.ms           | 1m           | not '1m'",
                "rest.ms           | 9999         | rests no longer than another",
                "rest.confirmed.ms | 60001        | rests no longer than another",
                "worker.v4.length  | 26           | too small for one worker's /26",
                "worker.v6         | fd00::/119   | has no room for 4 subnets of /120",
                "event.memory.ms   | 0            | a whole number from 1 to",
                "worker.v6.length  | 63           | a whole number from 64 to 126",
                "worker.v4.length  | 31           | a whole number from 8 to 30",
                "rest.ms           | 99999999999999999999 | a whole number from 0 to",
            })
    void whatCantBeIsRefused(String key, String text, String message) {
        assertThat(realm.refused(Code.MALFORMED_EVENT, set(key, text))).contains(message);
    }

    @ParameterizedTest
    @CsvSource({"rest.s", "service.v6.fastest", "service.v6.", "Rest.ms", "''"})
    void anUnknownSettingIsRefusedAndTheKnownOnesNamed(String key) {
        assertThat(realm.refused(
                        Code.UNKNOWN_REALM_SETTING, new Event.RealmConfigured(Map.of("rest.ms", "9", key, "1"))))
                .isEqualTo("a realm has no setting '" + key + "'; allowed: worker.v4, worker.v4.length, worker.v6,"
                        + " worker.v6.length, service.v4, instance.v6, rest.ms, rest.confirmed.ms, event.memory.ms,"
                        + " service.v6.RR, service.v6.closest");
    }

    @Test
    void restTimesHoldForWhatRestsAlready() {
        realm.withWorkers("w1").withService(S);
        Details.OfPlacement placed = realm.schedule(S, 1, "w1");
        realm.ok(Realm.removed(S, 1));
        String address = placed.instanceIp().v4().toString();
        realm.passMs(30_000);
        realm.refused(Code.ADDRESS_TAKEN, Realm.registered("B.b.B.b", Realm.v4("RR", address)));
        realm.ok(set("rest.ms", "20000"));
        realm.ok(Realm.registered("B.b.B.b", Realm.v4("RR", address)));
    }

    /** Whether anybody tidied up in between must make no difference: what had rested stays so. */
    @Test
    void longerTimesDoNotCallBackWhatHasRestedOrIsForgotten() {
        realm.withWorkers("w1").withService(S);
        String address = realm.schedule(S, 1, "w1").instanceIp().v4().toString();
        realm.ok(Realm.removed(S, 1));
        long version = realm.offset;
        realm.send("early", Realm.joined("w2"));
        realm.passMs(60_000);
        realm.send("late", Realm.joined("w3"));
        realm.ok(set("event.memory.ms", "60000"));
        realm.ok(new Event.RealmConfigured(Map.of("rest.ms", "900000", "event.memory.ms", "900000")));
        realm.unchanged(new Event.WithdrawalConfirmed(Realm.name(S, 1), version));
        assertThat(realm.send("early", Realm.joined("w2")).offset())
                .as("forgotten")
                .isEqualTo(realm.offset);
        assertThat(realm.send("late", Realm.joined("w3")).offset())
                .as("remembered")
                .isLessThan(realm.offset);
        realm.ok(Realm.registered("B.b.B.b", Realm.v4("RR", address)));
        realm.ok(Realm.removed("B.b.B.b"));
        realm.passMs(60_000);
        realm.refused(Code.ADDRESS_TAKEN, Realm.registered("C.c.C.c", Realm.v4("RR", address)));
    }

    @Test
    void theOutcomeTellsEverySettingThatHolds() {
        Details.OfRealm told = (Details.OfRealm) realm.ok(new Event.RealmConfigured(
                Map.of("service.v4", " 10.30.0.0/28 , 10.31.0.0/16", "rest.confirmed.ms", "007")));
        assertThat(told.settings())
                .containsEntry("service.v4", "10.30.0.0/28,10.31.0.0/16")
                .containsEntry("rest.confirmed.ms", "7")
                .containsEntry("rest.ms", "60000")
                .containsEntry("worker.v4", "10.18.0.0/27")
                .containsEntry("worker.v4.length", "29")
                .containsEntry("worker.v6.length", "120")
                .containsEntry("service.v6.closest", "fdff:1000::/21")
                .hasSize(11);
        assertThat(realm.unchanged(new Event.RealmConfigured(told.settings())))
                .as("they can be said again")
                .isEqualTo(told);
        assertThat(realm.unchanged(new Event.RealmConfigured(Map.of()))).isEqualTo(told);
    }

    /** The sub-networks of /64 begin where the lower half of an address ends. */
    @Test
    void workersMayHaveASubnetOfAnyLength() {
        realm.ok(new Event.RealmConfigured(Map.of("worker.v6", "fd00:1::/48", "worker.v6.length", "64")));
        realm.withWorkers("w1", "w2", "w3").withService(S);
        assertThat(realm.schedule(S, 1, "w1").namespaceIp().v6()).hasToString("fd00:1::1");
        assertThat(realm.schedule(S, 2, "w3").namespaceIp().v6()).hasToString("fd00:1:0:2::1");
        Realm other = new Realm(Realm.SMALL);
        other.ok(new Event.RealmConfigured(Map.of("worker.v6", "fd00:1::/48", "worker.v6.length", "65")));
        other.withWorkers("w1", "w2", "w3").withService(S);
        assertThat(other.schedule(S, 1, "w3").namespaceIp().v6()).hasToString("fd00:1:0:1::1");
    }

    @Test
    void settingsAddUpAndWhatHoldsChangesNothing() {
        realm.unchanged(new Event.RealmConfigured(Map.of()));
        realm.unchanged(set("rest.ms", "60000"));
        realm.ok(set("rest.ms", "50000"));
        realm.ok(set("rest.confirmed.ms", "5000"));
        realm.unchanged(new Event.RealmConfigured(Map.of("rest.ms", "50000", "rest.confirmed.ms", "5000")));
        RealmSettings settings = realm.store.plan().settings();
        assertThat(settings.restMs()).isEqualTo(50_000);
        assertThat(settings.restConfirmedMs()).isEqualTo(5_000);
        assertThat(settings.semanticV4()).isEqualTo(Realm.SMALL.semanticV4());
    }

    @Test
    void theMemoryOfEventsIsAsLongAsSet() {
        realm.ok(set("event.memory.ms", "1000"));
        realm.send("x", Realm.joined("w1"));
        realm.passMs(1_000);
        assertThat(realm.send("x", Realm.joined("w2")).offset()).isEqualTo(realm.offset);
    }
}
