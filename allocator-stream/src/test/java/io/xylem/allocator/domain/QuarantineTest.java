package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Realm.S;
import static io.xylem.allocator.domain.Realm.name;
import static io.xylem.allocator.domain.Realm.scheduled;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.allocator.domain.Rejection.Code;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The service has 10.30.0.1, its instances 10.30.0.2 to 10.30.0.14; then the pool is empty. */
class QuarantineTest {
    private final Realm realm = new Realm(Realm.SMALL);

    @BeforeEach
    void aFullPool() {
        realm.withWorkers("w1", "w2", "w3", "w4").withService(S);
        for (int number = 2; number <= 14; number++) {
            realm.schedule(S, number, number <= 6 ? "w1" : number <= 11 ? "w2" : "w3");
        }
    }

    @Test
    void freshBeforeReleasedThenRestedForAMinute() {
        assertThat(realm.refused(Code.POOL_EXHAUSTED, scheduled(S, 20, "w4"))).contains("14 are held, none rests");
        long releasedMs = remove(3);
        assertThat(realm.refused(Code.POOL_EXHAUSTED, scheduled(S, 20, "w4")))
                .contains("13 are held, 1 rest, the first until " + Instant.ofEpochMilli(releasedMs + 60_000));
        realm.nowMs = releasedMs + 59_998;
        realm.refused(Code.POOL_EXHAUSTED, scheduled(S, 20, "w4"));
        assertThat(realm.schedule(S, 20, "w4").instanceIp().v4().toString()).isEqualTo("10.30.0.3");
    }

    @Test
    void longestRestedFirst() {
        remove(9);
        remove(4);
        remove(7);
        realm.passMs(60_000);
        assertThat(realm.schedule(S, 20, "w4").instanceIp().v4().toString()).isEqualTo("10.30.0.9");
        assertThat(realm.schedule(S, 21, "w4").instanceIp().v4().toString()).isEqualTo("10.30.0.4");
        assertThat(realm.schedule(S, 22, "w4").instanceIp().v4().toString()).isEqualTo("10.30.0.7");
    }

    @Test
    void aConfirmedWithdrawalRestsTenSeconds() {
        remove(9);
        long releasedMs = remove(4);
        Event confirmed = new Event.WithdrawalConfirmed(name(S, 4), realm.offset);
        realm.ok(confirmed);
        realm.unchanged(confirmed);
        realm.nowMs = releasedMs + 9_998;
        realm.refused(Code.POOL_EXHAUSTED, scheduled(S, 20, "w4"));
        assertThat(realm.schedule(S, 20, "w4").instanceIp().v4().toString()).isEqualTo("10.30.0.4");
    }

    @Test
    void confirmedAndUnconfirmedStandInOneOrderOnceBothHaveRested() {
        remove(9);
        remove(4);
        realm.ok(new Event.WithdrawalConfirmed(name(S, 4), realm.offset));
        remove(7);
        realm.passMs(60_000);
        assertThat(realm.schedule(S, 20, "w4").instanceIp().v4().toString()).isEqualTo("10.30.0.9");
        assertThat(realm.schedule(S, 21, "w4").instanceIp().v4().toString()).isEqualTo("10.30.0.4");
        assertThat(realm.schedule(S, 22, "w4").instanceIp().v4().toString()).isEqualTo("10.30.0.7");
    }

    @Test
    void confirmationsOfNothingOrOfWhatIsGivenOutAgainChangeNothing() {
        realm.unchanged(new Event.WithdrawalConfirmed(name("B.b.B.b", 1), 3));
        remove(4);
        long version = realm.offset;
        realm.unchanged(new Event.WithdrawalConfirmed(name(S, 4), version + 1));
        realm.passMs(60_000);
        realm.schedule(S, 20, "w4");
        realm.send(new Event.WithdrawalConfirmed(name(S, 4), version));
        assertThat(realm.unchanged(scheduled(S, 20, "w4"))).isInstanceOf(Details.OfPlacement.class);
        assertThat(realm.refused(Code.POOL_EXHAUSTED, scheduled(S, 21, "w4"))).contains("none rests");
    }

    @Test
    void aConfirmationDoesNotReachWhatWasReleasedLater() {
        Realm large = new Realm(Realm.DEFAULTS).withWorkers("w1", "w2").withService(S);
        large.schedule(S, 1, "w1");
        large.ok(new Event.WorkerLeft("w1"));
        long version = large.offset;
        large.withWorkers("w1");
        large.schedule(S, 2, "w1");
        large.ok(Realm.migrated(S, 2, "w2"));
        large.ok(new Event.WithdrawalConfirmed(name(S, 1), version));
        // 1 and 2 had the same namespace IP number on w1, one after the other.
        assertThat(large.store.table(Tables.RESTING).list("ns-w1|c|", 9)).isEmpty();
        assertThat(large.store.table(Tables.RESTING).list("ns-w1|u|", 9)).hasSize(1);
        assertThat(large.store.table(Tables.RESTING).list("v4|c|", 9)).hasSize(1);
    }

    @Test
    void migrationSendsTheOldNamespaceIpToQuarantine() {
        realm.ok(Realm.migrated(S, 14, "w1"));
        assertThat(realm.refused(Code.WORKER_FULL, Realm.migrated(S, 13, "w1"))).contains("6 are held, none rests");
        realm.ok(Realm.migrated(S, 14, "w4"));
        long version = realm.offset;
        assertThat(realm.refused(Code.WORKER_FULL, Realm.migrated(S, 13, "w1"))).contains("5 are held, 1 rest");
        realm.ok(new Event.WithdrawalConfirmed(name(S, 14), version));
        realm.passMs(10_000);
        assertThat(((Details.OfPlacement) realm.ok(Realm.migrated(S, 13, "w1")))
                        .namespaceIp()
                        .toString())
                .isEqualTo("10.18.0.6 fc00::6");
    }

    @Test
    void ipv6AddressesOfAPoolThatCantRunOutAreForgottenOnceRested() {
        remove(2);
        realm.passMs(60_000);
        realm.withService("B.b.B.b");
        realm.ok(Realm.removed("B.b.B.b"));
        assertThat(realm.store.table(Tables.HOLDINGS).list("v6-ip-RR|", 99)).hasSize(2);
        realm.passMs(60_000);
        realm.withService("C.c.C.c");
        assertThat(realm.store.table(Tables.HOLDINGS).list("v6-ip-RR|", 99)).hasSize(2);
        assertThat(realm.store.table(Tables.RESTING).list("v6-ip-RR|", 99)).isEmpty();
    }

    @Test
    void nothingIsNotedOfAddressesThatNobodyCanAskForAndThatCantRunOut() {
        remove(3);
        realm.passMs(60_000);
        assertThat(((Details.OfPlacement) realm.ok(Realm.scheduled(S, 20, "w4")))
                        .instanceIp()
                        .v6())
                .as("fresh")
                .hasToString("fdff::e");
        assertThat(realm.store.table(Tables.HOLDINGS).list("v6-instance|", 99)).isEmpty();
        assertThat(realm.store.table(Tables.RESTING).list("v6-instance|", 99)).isEmpty();
        assertThat(realm.store.table(Tables.POOLS).get("v6-instance"))
                .extracting("held")
                .isEqualTo(13L);
    }

    private long remove(int number) {
        realm.ok(Realm.removed(S, number));
        return realm.nowMs;
    }
}
