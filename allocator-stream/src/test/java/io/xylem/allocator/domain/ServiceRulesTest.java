package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Realm.S;
import static io.xylem.allocator.domain.Realm.registered;
import static io.xylem.allocator.domain.Realm.v4;
import static io.xylem.allocator.domain.Realm.v6;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.allocator.domain.Rejection.Code;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceRulesTest {
    private final Realm realm = new Realm(Realm.SMALL);

    @Test
    void withoutAddressesAServiceGetsRoundRobin() {
        assertThat(realm.ok(registered(S)).toString())
                .contains("[ServiceIp[ipType=RR, address=10.30.0.1 fdff:2000::1]]");
    }

    @Test
    void onePoolForIpv4AndOneAPolicyForIpv6() {
        assertThat(realm.ok(registered(S, new Event.AddressRequest("rr", null, null), v6("Closest", "fdff:1000::9")))
                        .toString())
                .contains("ipType=RR, address=10.30.0.1 fdff:2000::1")
                .contains("ipType=closest, address=10.30.0.2 fdff:1000::9");
    }

    @Test
    void requestedAddressesAreSkippedByLaterHandOuts() {
        realm.ok(registered("A.a.A.a", v4("RR", "10.30.0.2")));
        realm.ok(registered("B.b.B.b", v4("RR", "10.30.0.3")));
        realm.ok(registered("C.c.C.c", v4("RR", "10.30.0.5")));
        assertThat(realm.ok(registered("D.d.D.d")).toString()).contains("10.30.0.1 ");
        assertThat(realm.ok(registered("E.e.E.e")).toString()).contains("10.30.0.4 ");
        assertThat(realm.ok(registered("F.f.F.f")).toString()).contains("10.30.0.6 ");
        assertThat(realm.store.table(Tables.SPANS).list("", 9)).isEmpty();
    }

    @Test
    void aRequestComesBeforeWhatTheSameServiceLeavesToTheAllocator() {
        assertThat(realm.ok(registered(S, new Event.AddressRequest("RR", null, null), v4("closest", "10.30.0.1")))
                        .toString())
                .contains("ipType=RR, address=10.30.0.2 ")
                .contains("ipType=closest, address=10.30.0.1 ");
    }

    @Test
    void registeringAgain() {
        Details first = realm.ok(registered(S, v4("closest", "10.30.0.7"), v6("RR", "fdff:2000::7")));
        assertThat(realm.unchanged(registered(S, v6("RR", "FDFF:2000:0::0007"), v4("CLOSEST", "10.30.0.7"))))
                .isEqualTo(first);
        assertThat(realm.unchanged(registered(
                        S,
                        new Event.AddressRequest("RR", null, null),
                        new Event.AddressRequest("closest", null, null))))
                .isEqualTo(first);
        realm.refused(Code.CONFLICTING_REDEFINITION, registered(S));
        assertThat(realm.refused(
                        Code.CONFLICTING_REDEFINITION,
                        registered(S, v4("closest", "10.30.0.8"), new Event.AddressRequest("RR", null, null))))
                .contains("10.30.0.7");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.30.0.0", "10.30.0.15", "10.30.0.16", "10.29.255.255", "0.0.0.0", "255.255.255.255"})
    void ipv4OutOfRange(String address) {
        assertThat(realm.refused(Code.ADDRESS_OUT_OF_RANGE, registered(S, v4("RR", address))))
                .contains(address)
                .contains("10.30.0.1 to 10.30.0.14");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fdff:2000::", "fdff:2800::", "fdff:1000::1", "fdff::1", "::1"})
    void ipv6OutOfThePolicysRange(String address) {
        assertThat(realm.refused(Code.ADDRESS_OUT_OF_RANGE, registered(S, v6("RR", address))))
                .contains("fdff:2000::1 to fdff:27ff:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.30.999.1", "010.030.000.001", "10.30.1", "", "10.30.0.1 ", "::1", "localhost"})
    void ipv4ThatCantBeRead(String address) {
        assertThat(realm.refused(Code.MALFORMED_EVENT, registered(S, v4("RR", address))))
                .contains("'" + address + "' is not an IPv4 address");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fdff:2000::1%eth0", "10.30.0.1", "fdff:2000", "", ":::"})
    void ipv6ThatCantBeRead(String address) {
        assertThat(realm.refused(Code.MALFORMED_EVENT, registered(S, v6("RR", address))))
                .contains("'" + address + "' is not an IPv6 address");
    }

    @Test
    void takenAddressesNameTheirHolder() {
        realm.withWorkers("w1").withService(S);
        realm.schedule(S, 1, "w1");
        assertThat(realm.refused(Code.ADDRESS_TAKEN, registered("B.b.B.b", v4("RR", "10.30.0.1"))))
                .contains("service IP A.prod.S.prod RR holds");
        assertThat(realm.refused(Code.ADDRESS_TAKEN, registered("B.b.B.b", v4("RR", "10.30.0.2"))))
                .contains("instance A.prod.S.prod#1 holds");
        realm.refused(Code.ADDRESS_TAKEN, registered("B.b.B.b", v4("RR", "10.30.0.9"), v4("closest", "10.30.0.9")));
        assertThat(realm.ok(registered("B.b.B.b", v4("RR", "10.30.0.9"))).toString())
                .as("a refused event leaves nothing behind")
                .contains("10.30.0.9");
    }

    /** Texts differ, addresses don't; the answer is in the canonical spelling. */
    @Test
    void anIpv6AddressInAnotherSpellingIsTheSameAddress() {
        assertThat(realm.ok(registered("A.a.A.a", v6("RR", "FDFF:2000:0:0:0::00A7")))
                        .toString())
                .contains("fdff:2000::a7]");
        assertThat(realm.refused(Code.ADDRESS_TAKEN, registered("B.b.B.b", v6("RR", "fdff:2000::a7"))))
                .contains("service IP A.a.A.a RR holds");
        realm.ok(Realm.removed("A.a.A.a"));
        assertThat(realm.refused(Code.ADDRESS_TAKEN, registered("B.b.B.b", v6("RR", "fdff:2000:0000::0:a7"))))
                .contains("rests until");
        realm.ok(registered("A.a.A.a", v6("RR", "fdff:2000::A7")));
        realm.unchanged(registered("A.a.A.a", v6("rr", "fdff:2000:0:0:0:0:0:a7")));
    }

    @Test
    void anAddressHeldByOneselfUnderAnotherPolicyIsTaken() {
        realm.ok(registered(S, v4("RR", "10.30.0.7")));
        realm.refused(Code.CONFLICTING_REDEFINITION, registered(S, v4("closest", "10.30.0.7")));
        realm.ok(Realm.removed(S));
        assertThat(realm.refused(Code.ADDRESS_TAKEN, registered(S, v4("closest", "10.30.0.7"))))
                .as("it rests for the service's RR")
                .contains("service IP A.prod.S.prod RR has left");
    }

    @Test
    void anAddressInQuarantineIsForItsLastOwnerOnly() {
        realm.withService(S);
        realm.ok(Realm.removed(S));
        assertThat(realm.refused(Code.ADDRESS_TAKEN, registered("B.b.B.b", v4("RR", "10.30.0.1"))))
                .contains("service IP A.prod.S.prod RR has left")
                .contains("rests until 2023-11-14T22:14:20.002Z");
        assertThat(realm.ok(registered(S, v4("RR", "10.30.0.1"))).toString()).contains("10.30.0.1 fdff:2000::2");
    }

    @Test
    void aRestedAddressMayBeRequestedByAnybody() {
        realm.withService(S);
        realm.ok(Realm.removed(S));
        realm.passMs(60_000);
        realm.ok(registered("B.b.B.b", v4("RR", "10.30.0.1")));
    }

    @Test
    void policies() {
        assertThat(realm.refused(Code.UNKNOWN_POLICY, registered(S, v4("fastest", "10.30.0.1"))))
                .contains("'fastest'")
                .contains("allowed: closest, RR");
        assertThat(realm.refused(
                        Code.MALFORMED_EVENT,
                        registered(
                                S,
                                new Event.AddressRequest("RR", null, null),
                                new Event.AddressRequest("rr", null, null))))
                .contains("asks twice for policy RR");
    }

    @Test
    void aServiceWithInstancesStays() {
        realm.withWorkers("w1").withService(S);
        for (int i = 1; i <= 6; i++) {
            realm.schedule(S, i, "w1");
        }
        assertThat(realm.refused(Code.SERVICE_HAS_INSTANCES, Realm.removed(S))).contains("numbers (1, 2, 3, 4, 5, …)");
        for (int i = 1; i <= 6; i++) {
            realm.ok(Realm.removed(S, i));
        }
        realm.ok(Realm.removed(S));
        assertThat(realm.refused(Code.UNKNOWN_SERVICE, Realm.removed(S))).contains("registered services: none");
    }

    @Test
    void instanceNumbersBeginAnewWithANewLifeOfTheService() {
        realm.withWorkers("w1").withService(S);
        realm.schedule(S, 1, "w1");
        realm.ok(Realm.removed(S, 1));
        realm.ok(Realm.removed(S));
        realm.withService(S);
        realm.schedule(S, 1, "w1");
    }

    @Test
    void anAddressRequestedReleasedForgottenAndRequestedAgainIsHandedOutOnce() {
        realm.ok(registered("S1.prod.S.prod", v6("RR", "fdff:2000::5")));
        realm.ok(registered("S2.prod.S.prod", v6("RR", "fdff:2000::6")));
        realm.ok(Realm.removed("S1.prod.S.prod"));
        realm.passMs(61_000);
        realm.ok(registered("S3.prod.S.prod"));
        realm.ok(registered("S4.prod.S.prod", v6("RR", "fdff:2000::5")));
        for (int i = 5; i <= 12; i++) {
            realm.ok(registered("S" + i + ".prod.S.prod"));
        }
        assertThat(realm.facts.stream()
                        .filter(fact -> fact instanceof Fact.AddressAllocated allocated
                                && allocated.pool().equals("v6-ip-RR"))
                        .map(fact -> ((Fact.AddressAllocated) fact).slot().toString())
                        .filter(slot -> slot.endsWith("6")))
                .hasSize(1);
    }
}
