package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Realm.S;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.allocator.domain.Rejection.Code;
import io.xylem.model.Endpoint;
import io.xylem.model.Location;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerRulesTest {
    private final Realm realm = new Realm(Realm.SMALL);

    @Test
    void subnetsComeAscendingAndJoiningTwiceChangesNothing() {
        Details first = realm.ok(Realm.joined("w1"));
        assertThat(first.toString()).contains("10.18.0.0/29 fc00::/120");
        assertThat(realm.ok(Realm.joined("w2")).toString()).contains("10.18.0.8/29 fc00::100/120");
        assertThat(realm.unchanged(Realm.joined("w1"))).isEqualTo(first);
    }

    @Test
    void joiningTwiceWithOtherContentIsRefusedEvenIfOnlyTheUnderlayDiffers() {
        realm.withWorkers("w1");
        Event elsewhere = new Event.WorkerJoined("w1", "c1", new Endpoint("192.168.77.9", 50103), null, null);
        assertThat(realm.refused(Code.CONFLICTING_REDEFINITION, elsewhere))
                .contains("192.168.77.1:50103")
                .contains("192.168.77.9:50103")
                .contains("WorkerMoved");
        realm.refused(
                Code.CONFLICTING_REDEFINITION,
                new Event.WorkerJoined(
                        "w1", "c1", new Endpoint("192.168.77.1", 50103), "eu-1", new Location(48.1, 11.6)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "a|b",
                "-w",
                ".w",
                "_w",
                "ä",
                "w 1",
                " w1",
                "w1\n",
                "w\u0000",
                "w/1",
                "w:1",
                "w#1",
                "w\t1",
                "１",
                "w23456789012345678901234567890123456789012345678901234567890123x"
            })
    void namesOfWorkersAndClustersAreChecked(String bad) {
        Endpoint underlay = new Endpoint("192.168.77.1", 50103);
        assertThat(realm.refused(Code.INVALID_NAME, new Event.WorkerJoined(bad, "c1", underlay, null, null)))
                .contains("'" + bad + "'");
        realm.refused(Code.INVALID_NAME, new Event.WorkerJoined("w1", bad, underlay, null, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"w", "0", "W-1_a.b", "w23456789012345678901234567890123456789012345678901234567890123"})
    void otherNamesAreNot(String good) {
        realm.ok(new Event.WorkerJoined(good, good, new Endpoint("192.168.77.1", 50103), null, null));
        realm.withService(S);
        realm.schedule(S, 1, good);
    }

    @Test
    void aWorkerThatComesBackHasNoneOfItsInstances() {
        realm.withWorkers("w1").withService(S);
        realm.schedule(S, 1, "w1");
        realm.ok(new Event.WorkerLeft("w1"));
        realm.withWorkers("w1");
        realm.refused(Code.UNKNOWN_INSTANCE, new Event.InstanceReady(Realm.name(S, 1), "w1"));
        realm.refused(Code.INSTANCE_NUMBER_REUSED, Realm.scheduled(S, 1, "w1"));
        assertThat(realm.schedule(S, 2, "w1").namespaceIp()).hasToString("10.18.0.9 fc00::101");
    }

    @Test
    void movingLosingAndFindingAWorkerKeepsItsSubnet() {
        realm.withWorkers("w1");
        Event moved = new Event.WorkerMoved("w1", new Endpoint("192.168.77.9", 50103));
        realm.ok(moved);
        realm.unchanged(moved);
        realm.ok(new Event.WorkerLost("w1"));
        realm.unchanged(new Event.WorkerLost("w1"));
        assertThat(worker("w1").lost()).isTrue();
        realm.ok(new Event.WorkerBack("w1"));
        realm.unchanged(new Event.WorkerBack("w1"));
        assertThat(worker("w1").lost()).isFalse();
        assertThat(worker("w1").underlay().toString()).isEqualTo("192.168.77.9:50103");
        assertThat(worker("w1").subnet().toString()).isEqualTo("10.18.0.0/29 fc00::/120");
    }

    @Test
    void aWorkerThatHasNotJoinedIsUnknownToEveryEvent() {
        realm.withWorkers("w1", "w2").withService(S);
        realm.schedule(S, 1, "w1");
        for (Event event : new Event[] {
            new Event.WorkerMoved("w9", new Endpoint("192.168.77.9", 50103)),
            new Event.WorkerLeft("w9"),
            new Event.WorkerLost("w9"),
            new Event.WorkerBack("w9"),
            Realm.scheduled(S, 2, "w9"),
            Realm.migrated(S, 1, "w9")
        }) {
            assertThat(realm.refused(Code.UNKNOWN_WORKER, event))
                    .isEqualTo("worker 'w9' has not joined realm 'main'; joined workers: 2 (w1, w2)");
        }
    }

    @Test
    void aWorkerThatLeavesTakesItsInstancesAndTheirAddressesRest() {
        realm.withWorkers("w1", "w2").withService(S);
        realm.schedule(S, 1, "w1");
        realm.schedule(S, 2, "w2");
        realm.schedule(S, 3, "w1");
        realm.ok(new Event.WorkerLeft("w1"));

        assertThat(realm.refused(Code.UNKNOWN_INSTANCE, new Event.InstanceReady(Realm.name(S, 1))))
                .contains("it was removed")
                .contains("numbers (2)");
        realm.refused(Code.UNKNOWN_WORKER, new Event.WorkerLeft("w1"));
        realm.refused(Code.INSTANCE_NUMBER_REUSED, Realm.scheduled(S, 3, "w2"));
        assertThat(realm.refused(Code.ADDRESS_TAKEN, Realm.registered("B.b.B.b", Realm.v4("RR", "10.30.0.2"))))
                .contains("instance A.prod.S.prod#1 has left")
                .contains("rests until");
    }

    @Test
    void aWorkerThatComesBackGetsAFreshSubnetAndARestedOneOnlyWhenNoneIsFresh() {
        realm.withWorkers("w1");
        realm.ok(new Event.WorkerLeft("w1"));
        assertThat(realm.ok(Realm.joined("w1")).toString()).contains("10.18.0.8/29");
        realm.withWorkers("w2", "w3");
        assertThat(realm.refused(Code.WORKER_POOL_EXHAUSTED, Realm.joined("w4")))
                .contains("3 are held, 1 rest, the first until ");
        realm.passMs(60_000);
        assertThat(realm.ok(Realm.joined("w4")).toString()).contains("10.18.0.0/29");
    }

    @Test
    void namespaceIpsAreFreshForTheNextWorkerOfASubnet() {
        realm.withWorkers("w1", "w2", "w3", "w4").withService(S);
        realm.schedule(S, 1, "w1");
        realm.schedule(S, 2, "w1");
        realm.ok(new Event.WorkerLeft("w1"));
        realm.passMs(60_000);
        realm.withWorkers("w5");
        assertThat(realm.schedule(S, 3, "w5").namespaceIp().toString()).isEqualTo("10.18.0.1 fc00::1");
    }

    private State.Worker worker(String name) {
        return Objects.requireNonNull(realm.store.table(Tables.WORKERS).get(name));
    }
}
