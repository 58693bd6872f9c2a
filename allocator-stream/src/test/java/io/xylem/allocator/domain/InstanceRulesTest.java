package io.xylem.allocator.domain;

import static io.xylem.allocator.domain.Realm.S;
import static io.xylem.allocator.domain.Realm.name;
import static io.xylem.allocator.domain.Realm.scheduled;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.allocator.domain.Rejection.Code;
import io.xylem.model.InstanceState;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceRulesTest {
    private final Realm realm = new Realm(Realm.SMALL);

    @BeforeEach
    void aServiceAndTwoWorkers() {
        realm.withWorkers("w1", "w2").withService(S);
    }

    @Test
    void schedulingAgainChangesNothingAndElsewhereIsRefused() {
        Details first = realm.schedule(S, 1, "w1");
        assertThat(realm.unchanged(scheduled(S, 1, "w1"))).isEqualTo(first);
        assertThat(realm.refused(Code.CONFLICTING_REDEFINITION, scheduled(S, 1, "w2")))
                .contains("is on worker 'w1'")
                .contains("InstanceMigrated");
    }

    @Test
    void unknownServicesAndInstances() {
        for (Event event : new Event[] {
            scheduled("B.b.B.b", 1, "w1"),
            new Event.InstanceReady(name("B.b.B.b", 1)),
            Realm.removed("B.b.B.b", 1),
            Realm.migrated("B.b.B.b", 1, "w1")
        }) {
            assertThat(realm.refused(Code.UNKNOWN_SERVICE, event)).contains("for instance (A.prod.S.prod)");
        }
        for (Event event : new Event[] {
            new Event.InstanceReady(name(S, 1)),
            new Event.InstanceUnready(name(S, 1)),
            new Event.InstanceDraining(name(S, 1)),
            Realm.migrated(S, 1, "w2"),
            Realm.removed(S, 1)
        }) {
            assertThat(realm.refused(Code.UNKNOWN_INSTANCE, event)).contains("it was never scheduled");
        }
    }

    @Test
    void statesAndTheirExits() {
        realm.schedule(S, 1, "w1");
        realm.unchanged(new Event.InstanceUnready(name(S, 1)));
        assertThat(state()).isEqualTo(InstanceState.SCHEDULED);
        realm.ok(new Event.InstanceReady(name(S, 1)));
        realm.unchanged(new Event.InstanceReady(name(S, 1)));
        realm.ok(new Event.InstanceUnready(name(S, 1)));
        realm.unchanged(new Event.InstanceUnready(name(S, 1)));
        assertThat(state()).isEqualTo(InstanceState.UNREADY);
        realm.ok(new Event.InstanceReady(name(S, 1)));
        realm.ok(new Event.InstanceDraining(name(S, 1)));
        realm.unchanged(new Event.InstanceDraining(name(S, 1)));
        realm.refused(Code.INSTANCE_IS_DRAINING, new Event.InstanceReady(name(S, 1)));
        realm.refused(Code.INSTANCE_IS_DRAINING, new Event.InstanceUnready(name(S, 1)));
        realm.ok(Realm.migrated(S, 1, "w2"));
        assertThat(state()).isEqualTo(InstanceState.SCHEDULED);
    }

    @Test
    void migrationKeepsTheInstanceIpAndGivesANamespaceIpOfTheNewWorker() {
        Details.OfPlacement before = realm.schedule(S, 1, "w1");
        Details.OfPlacement after = (Details.OfPlacement) realm.ok(Realm.migrated(S, 1, "w2"));
        assertThat(after.instanceIp()).isEqualTo(before.instanceIp());
        assertThat(after.namespaceIp().toString()).isEqualTo("10.18.0.9 fc00::101");
        assertThat(realm.unchanged(Realm.migrated(S, 1, "w2"))).isEqualTo(after);
    }

    @Test
    void aReportThatMetAMigrationOnItsWayIsRefused() {
        realm.schedule(S, 1, "w1");
        realm.ok(new Event.InstanceReady(name(S, 1), "w1"));
        realm.ok(Realm.migrated(S, 1, "w2"));
        assertThat(realm.refused(Code.INSTANCE_ELSEWHERE, new Event.InstanceReady(name(S, 1), "w1")))
                .isEqualTo("worker 'w1' reports instance " + name(S, 1)
                        + ", which is on worker 'w2'; allowed: reports of the worker that hosts it now");
        realm.refused(Code.INSTANCE_ELSEWHERE, new Event.InstanceUnready(name(S, 1), "w1"));
        assertThat(state()).isEqualTo(InstanceState.SCHEDULED);
        realm.ok(new Event.InstanceReady(name(S, 1), "w2"));
        realm.refused(Code.INSTANCE_ELSEWHERE, new Event.InstanceUnready(name(S, 1), "w1"));
        assertThat(state()).isEqualTo(InstanceState.READY);
    }

    @Test
    void migrationToAFullWorkerChangesNothing() {
        for (int i = 1; i <= 6; i++) {
            realm.schedule(S, i, "w2");
        }
        realm.schedule(S, 7, "w1");
        assertThat(realm.refused(Code.WORKER_FULL, Realm.migrated(S, 7, "w2"))).contains("6 are held, none rests");
        realm.ok(Realm.removed(S, 3));
        assertThat(realm.refused(Code.WORKER_FULL, Realm.migrated(S, 7, "w2")))
                .contains("5 are held, 1 rest, the first until ");
    }

    @Test
    void whateverComesLateForARemovedInstanceIsRefused() {
        realm.schedule(S, 1, "w1");
        realm.ok(new Event.InstanceReady(name(S, 1), "w1"));
        realm.ok(Realm.removed(S, 1));
        for (Event late : new Event[] {
            new Event.InstanceReady(name(S, 1)),
            new Event.InstanceReady(name(S, 1), "w1"),
            new Event.InstanceUnready(name(S, 1), "w1"),
            new Event.InstanceDraining(name(S, 1)),
            Realm.migrated(S, 1, "w2")
        }) {
            assertThat(realm.refused(Code.UNKNOWN_INSTANCE, late)).contains("it was removed");
        }
        realm.refused(Code.INSTANCE_NUMBER_REUSED, scheduled(S, 1, "w1"));
    }

    @Test
    void aWeightIsKeptOverItsLifeAndChangedBySchedulingAgain() {
        realm.schedule(S, 1, "w1");
        assertThat(weight()).isEqualTo(1);
        realm.ok(new Event.InstanceReady(name(S, 1)));
        Details placed = realm.ok(new Event.InstanceScheduled(name(S, 1), "w1", 1_000));
        assertThat(realm.unchanged(new Event.InstanceScheduled(name(S, 1), "w1", 1_000)))
                .isEqualTo(placed);
        assertThat(state()).as("no new placement").isEqualTo(InstanceState.READY);
        realm.ok(Realm.migrated(S, 1, "w2"));
        realm.ok(new Event.InstanceReady(name(S, 1)));
        realm.ok(new Event.InstanceDraining(name(S, 1)));
        assertThat(weight()).isEqualTo(1_000);
        realm.refused(Code.CONFLICTING_REDEFINITION, new Event.InstanceScheduled(name(S, 1), "w1", 7));
        realm.ok(new Event.InstanceScheduled(name(S, 1), "w2", 7));
        assertThat(weight()).isEqualTo(7);
        assertThat(state()).isEqualTo(InstanceState.DRAINING);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 1_001, Integer.MAX_VALUE, Integer.MIN_VALUE})
    void aWeightOutOfRangeIsRefused(int weight) {
        assertThat(realm.refused(Code.MALFORMED_EVENT, new Event.InstanceScheduled(name(S, 1), "w1", weight)))
                .isEqualTo("instance A.prod.S.prod#1 asks for weight " + weight + "; allowed: 1 to 1000");
        realm.schedule(S, 1, "w1");
        realm.refused(Code.MALFORMED_EVENT, new Event.InstanceScheduled(name(S, 1), "w1", weight));
        assertThat(weight()).isEqualTo(1);
    }

    @Test
    void numbersAreNeverReusedWhateverTheirOrder() {
        for (int number : new int[] {5, 0, 2, 1, 3}) {
            realm.schedule(S, number, "w1");
            realm.ok(Realm.removed(S, number));
            realm.unchanged(Realm.removed(S, number));
        }
        for (int number : new int[] {0, 1, 2, 3, 5}) {
            realm.refused(Code.INSTANCE_NUMBER_REUSED, scheduled(S, number, "w1"));
        }
        assertThat(realm.store.table(Tables.SPANS).list("", 9)).hasSize(2);
        realm.schedule(S, 4, "w2");
        realm.ok(Realm.removed(S, 4));
        assertThat(realm.store.table(Tables.SPANS).list("", 9)).hasSize(1);
        realm.schedule(S, Integer.MAX_VALUE, "w2");
        realm.ok(Realm.removed(S, Integer.MAX_VALUE));
        realm.refused(Code.INSTANCE_NUMBER_REUSED, scheduled(S, Integer.MAX_VALUE, "w2"));
    }

    @Test
    void aMalformedEventIsRefusedAsItsReaderSays() {
        assertThat(realm.refused(
                        Code.MALFORMED_EVENT,
                        new Event.Malformed("InstanceReady", new Rejection(Code.MALFORMED_EVENT, "why"))))
                .isEqualTo("why");
    }

    private InstanceState state() {
        return instance().state();
    }

    private int weight() {
        return instance().weight();
    }

    private State.Instance instance() {
        return Objects.requireNonNull(realm.store.table(Tables.INSTANCES).get(Tables.instance(name(S, 1))));
    }
}
