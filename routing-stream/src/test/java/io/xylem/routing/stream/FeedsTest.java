package io.xylem.routing.stream;

import static io.xylem.model.InstanceState.READY;
import static io.xylem.model.InstanceState.SCHEDULED;
import static io.xylem.routing.stream.Driven.START_MS;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.ServiceIp;
import io.xylem.routing.domain.Allocated;
import io.xylem.routing.domain.World;
import io.xylem.schemas.Headers;
import io.xylem.schemas.Keys;
import io.xylem.schemas.avro.AddressUnknown;
import io.xylem.schemas.avro.Convergence;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.InstanceFlows;
import io.xylem.schemas.avro.InstanceLoad;
import io.xylem.schemas.avro.LoadReport;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.WithdrawalConfirmed;
import io.xylem.schemas.avro.WorkerBack;
import io.xylem.schemas.avro.WorkerLost;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Interest, loads, liveness and convergence on the topology with its real serdes. */
class FeedsTest {
    private static final Allocated.Worker W1 = World.worker("w1", "192.168.77.1");
    private static final Allocated.Worker W2 = World.worker("w2", "192.168.77.2");
    private static final Allocated.Instance SCHEDULED1 = World.instance(World.S1, "w1", "10.18.30.65", SCHEDULED);
    private static final Allocated.Instance READY1 = World.instance(World.S1, "w1", "10.18.30.65", READY);
    private static final Allocated.Instance MOVED1 = World.instance(World.S1, "w2", "10.18.30.129", SCHEDULED);
    private static final String S = "A.prod.S.prod";
    private static final String SERVICE = "service|" + S;
    private static final String S1 = "instance|" + S + "|1";

    @TempDir
    Path directory;

    @TempDir
    Path other;

    private Driven driven = new Driven(Path.of("unopened"));

    @BeforeEach
    void open() {
        driven.close();
        driven = new Driven(directory);
        driven.give(1, W1);
        driven.give(2, W2);
    }

    @AfterEach
    void close() {
        driven.close();
    }

    @Test
    void aWorkerIsToldOfItsOwnInstancesUntilTheyAreGone() {
        driven.give(3, World.service());
        driven.give(4, SCHEDULED1);
        driven.give(5, READY1);
        driven.give(6, MOVED1);
        driven.takeBack(7, MOVED1);
        assertThat(driven.told("w1")).containsExactly(S1 + "@4", S1 + "@5", S1 + "=null@6", S1 + "=null@-1");
        assertThat(driven.told("w2")).containsExactly(S1 + "@6", S1 + "=null@7", S1 + "=null@-1");
    }

    @Test
    void interestIsAnsweredInFullThenFollowedThenForgotten() {
        driven.give(3, World.service());
        driven.give(4, READY1);
        driven.wants("w2", List.of(S), List.of());
        driven.give(5, World.instance(World.S1, "w1", "10.18.30.65", SCHEDULED));
        driven.wants("w2", List.of(S), List.of());
        assertThat(driven.told("w2")).containsExactly(S1 + "@4", SERVICE + "@3", S1 + "@5");
        driven.wants("w2", List.of(), List.of());
        driven.give(6, READY1);
        assertThat(driven.told("w2"))
                .as("once more: the logs may have been read before in another order")
                .containsExactly(SERVICE + "=null@-1", S1 + "=null@-1", S1 + "=null@-1");
        letFade();
        driven.give(7, READY1);
        assertThat(driven.told("w2")).isEmpty();
        assertThat(driven.told("w1")).containsExactly(S1 + "@4", S1 + "@5", S1 + "@6", S1 + "@7");
    }

    @Test
    void anAddressLeadsToItsServiceNowOrWhenItHasOne() {
        driven.wants("w2", List.of(), List.of("10.30.0.1", "fdff::0:1"));
        List<TestRecord<String, Route>> unknown = driven.workerRoutes.readRecordsToList();
        assertThat(unknown)
                .extracting(record -> ((AddressUnknown) record.value().getBody()).getAddress())
                .containsExactly("10.30.0.1", "fdff::1");
        driven.give(3, World.service());
        assertThat(driven.told("w2")).containsExactly("address|10.30.0.1=null@-1", SERVICE + "@3");
        driven.wants("w2", List.of(S), List.of());
        assertThat(driven.told("w2"))
                .as("known by name now")
                .containsExactly("address|10.30.0.1=null@-1", "address|fdff::1=null@-1");
        driven.give(4, READY1);
        driven.wants("w2", List.of(), List.of("10.30.0.2"));
        assertThat(driven.told("w2"))
                .as("the instance's address means its service")
                .containsExactly(S1 + "@4", "address|10.30.0.2=null@-1");
    }

    @Test
    void whoAsksIsToldOfWhatHasJustGone() {
        driven.give(3, World.service());
        driven.give(4, READY1);
        driven.takeBack(5, READY1);
        driven.wants("w2", List.of(S), List.of());
        assertThat(driven.told("w2")).containsExactly(SERVICE + "@3", S1 + "=null@5", S1 + "=null@-1");
        driven.wants("w1", List.of(), List.of("10.30.0.2"));
        assertThat(driven.told("w1"))
                .as("read before in another order, the address meant the service")
                .endsWith(SERVICE + "=null@-1", S1 + "=null@-1", "address|10.30.0.2@5");
        letFade();
        driven.wants("w3", List.of(S), List.of());
        assertThat(driven.told("w3")).containsExactly(SERVICE + "@3");
    }

    /** Until what is over is over for good. */
    private void letFade() {
        for (int sweeps = 0; sweeps < 3; sweeps++) {
            driven.pass(1_000);
        }
    }

    @Test
    void whoLeavesIsForgottenWithWhatItAskedFor() {
        driven.give(3, World.service());
        driven.give(4, READY1);
        driven.wants("w2", List.of(S), List.of());
        driven.told("w2");
        driven.takeBack(5, W2);
        assertThat(driven.told("w2")).containsExactly(SERVICE + "=null@-1", S1 + "=null@-1");
        letFade();
        driven.give(6, SCHEDULED1);
        assertThat(driven.told("w2")).isEmpty();
    }

    @Test
    void aChangeOfSeveralRoutesLetsAWorkerHaveTheVersionWithTheLastOnly() {
        driven.give(3, World.service());
        driven.give(4, READY1);
        driven.give(5, World.instance(World.S2, "w1", "10.18.30.66", READY));
        driven.told("w1");
        driven.readRoutes();
        driven.give(6, World.worker("w1", "192.168.77.9"));
        assertThat(driven.told("w1")).containsExactly(S1 + "@6+", "instance|" + S + "|2@6");
        assertThat(driven.readRoutes())
                .extracting(record -> Headers.more(record.headers()))
                .containsExactly(true, false);
    }

    @Test
    void theChangesOfOneVersionAreToldTogether() {
        Allocated.Instance second = World.instance(World.S2, "w1", "10.18.30.66", READY);
        driven.give(3, World.service());
        driven.give(4, READY1);
        driven.give(5, second);
        driven.wants("w2", List.of(S), List.of());
        driven.heartbeat("w2", 5, "interest");
        driven.told("w2");
        driven.convergence.readRecordsToList();
        driven.takeBackWithMore(6, READY1);
        driven.takeBackWithMore(6, second);
        assertThat(driven.told("w2")).isEmpty();
        driven.heartbeat("w2", 6, "interest");
        assertThat(driven.convergence.isEmpty()).isTrue();
        driven.takeBack(6, W1);
        assertThat(driven.told("w2")).containsExactly(S1 + "=null@6+", "instance|" + S + "|2=null@6");
    }

    @Test
    void loadIsTakenFromTheHostAndToldWhereThePolicyAsks() {
        Allocated.Service byLoad = new Allocated.Service(
                World.S, List.of(new ServiceIp(Driven.BY_LOAD, World.addresses("10.30.0.1", "fdff:3000::1"))));
        driven.give(3, byLoad);
        driven.give(4, READY1);
        driven.wants("w2", List.of(S), List.of());
        driven.told("w2");
        load("w1", 12);
        load("w1", 12);
        load("w2", 99);
        List<TestRecord<String, Route>> told = driven.workerRoutes.readRecordsToList();
        assertThat(told).singleElement().satisfies(record -> {
            assertThat(record.key()).isEqualTo("main|for|w2|load|" + S + "|1");
            assertThat(record.value().getBody()).isEqualTo(new InstanceLoad(S, 1, 12));
        });
        assertThat(driven.count("xylem.routing.reports", "verdict", "hosted_elsewhere"))
                .isEqualTo(1);
        driven.wants("w1", List.of(S), List.of());
        assertThat(driven.told("w1")).contains("load|" + S + "|1@4");
        driven.takeBack(5, READY1);
        assertThat(driven.told("w2")).contains("load|" + S + "|1=null@-1");
    }

    @Test
    void loadIsToldNobodyWhereNoPolicyAsks() {
        driven.give(3, World.service());
        driven.give(4, READY1);
        driven.wants("w2", List.of(S), List.of());
        driven.told("w2");
        load("w1", 12);
        assertThat(driven.told("w2")).isEmpty();
    }

    private void load(String worker, int flows) {
        driven.say(Keys.load("main", worker), worker, new LoadReport(List.of(new InstanceFlows(S, 1, flows))));
    }

    @Test
    void aChangeIsAppliedWhenTheLastLiveWorkerThatItConcernsSaysSo() {
        driven.give(3, World.service());
        driven.heartbeat("w1", 3, "interest");
        driven.heartbeat("w2", 3, "interest");
        driven.wants("w2", List.of(S), List.of());
        driven.convergence.readRecordsToList();
        driven.nowMs = START_MS + 100;
        driven.give(4, READY1);
        driven.nowMs = START_MS + 110;
        driven.heartbeat("w1", 4, "interest");
        assertThat(driven.convergence.isEmpty()).isTrue();
        driven.nowMs = START_MS + 130;
        driven.heartbeat("w2", 3, "interest");
        assertThat(driven.convergence.isEmpty()).isTrue();
        driven.heartbeat("w2", 4, "interest");
        assertThat(driven.convergence.readRecord()).satisfies(record -> {
            assertThat(record.key()).isEqualTo("main|4");
            assertThat(record.value()).isEqualTo(new Convergence("main", 4L, START_MS + 100, START_MS + 130, 2, "w2"));
        });
        assertThat(driven.meters.get("xylem.routing.convergence").timer().count())
                .isEqualTo(1);
    }

    @Test
    void whoFollowsTheBroadcastIsWaitedForWhateverItWants() {
        driven.heartbeat("w2", 2, "broadcast");
        driven.convergence.readRecordsToList();
        driven.give(3, World.service());
        assertThat(driven.convergence.isEmpty()).isTrue();
        driven.heartbeat("w2", 3, "broadcast");
        assertThat(driven.convergence.readValue().getVersion()).isEqualTo(3);
    }

    @Test
    void aChangeThatConcernsNobodyIsAppliedAtOnce() {
        driven.give(3, World.service());
        assertThat(driven.convergence.readValuesToList())
                .containsExactly(
                        new Convergence("main", 1L, START_MS, START_MS, 0, ""),
                        new Convergence("main", 2L, START_MS, START_MS, 0, ""),
                        new Convergence("main", 3L, START_MS, START_MS, 0, ""));
    }

    @Test
    void aWithdrawalIsConfirmedOnceNobodySendsThere() {
        driven.give(3, World.service());
        driven.wants("w2", List.of(S), List.of());
        driven.heartbeat("w1", 3, "interest");
        driven.heartbeat("w2", 3, "interest");
        driven.give(4, READY1);
        driven.give(5, MOVED1);
        driven.heartbeat("w2", 5, "interest");
        assertThat(driven.observations.isEmpty())
                .as("the former host still has it")
                .isTrue();
        driven.heartbeat("w1", 5, "interest");
        DeploymentEvent event = driven.observations.readValue();
        assertThat(event.getId()).isEqualTo("obs-confirmed-" + S + "-1-5");
        assertThat(event.getBody()).isEqualTo(new WithdrawalConfirmed(S, 1, 5L));
    }

    @Test
    void anOpenConfirmationOutlivesTheProcess() {
        driven.give(3, World.service());
        driven.wants("w2", List.of(S), List.of());
        driven.heartbeat("w2", 3, "interest");
        driven.give(4, READY1);
        driven.takeBack(5, READY1);
        driven = driven.restart(other);
        driven.heartbeat("w2", 4, "interest");
        assertThat(driven.observations.isEmpty()).isTrue();
        driven.heartbeat("w2", 5, "interest");
        assertThat(driven.observations.readValue().getBody()).isEqualTo(new WithdrawalConfirmed(S, 1, 5L));
    }

    @Test
    void aSilentWorkerIsLostWithinThreeSecondsAndBackWhenItIsHeard() {
        driven.give(3, World.service());
        driven.wants("w2", List.of(S), List.of());
        driven.heartbeat("w2", 3, "interest");
        driven.give(4, SCHEDULED1);
        driven.convergence.readRecordsToList();
        long silentMs = 0;
        while (driven.observations.isEmpty()) {
            driven.pass(500);
            silentMs += 500;
        }
        assertThat(silentMs).isBetween(2_001L, 3_000L);
        DeploymentEvent lost = driven.observations.readValue();
        assertThat(lost.getId()).isEqualTo("obs-w2-lost-2");
        assertThat(lost.getBody()).isEqualTo(new WorkerLost("w2"));
        driven.pass(500);
        assertThat(driven.observations.isEmpty()).as("it is said once").isTrue();

        driven.give(5, World.lost(W2));
        assertThat(driven.convergence.readValuesToList())
                .as("a lost worker is not waited for")
                .extracting(Convergence::getVersion)
                .containsExactlyInAnyOrder(4L, 5L);
        driven.heartbeat("w2", 3, "interest");
        driven.heartbeat("w2", 3, "interest");
        assertThat(driven.observations.readValuesToList()).singleElement().satisfies(back -> {
            assertThat(back.getId()).isEqualTo("obs-w2-back-5");
            assertThat(back.getBody()).isEqualTo(new WorkerBack("w2"));
        });
    }

    @Test
    void aWorkerThatWasNeverHeardHasOnlyJoined() {
        for (int i = 0; i < 10; i++) {
            driven.pass(500);
        }
        assertThat(driven.observations.isEmpty()).isTrue();
    }

    @Test
    void nobodyIsLostWhileRoutingOrTheBrokerWasAway() {
        driven.heartbeat("w1", 2, "interest");
        driven.pass(500);
        driven.pass(60_000);
        driven.pass(500);
        driven.pass(500);
        assertThat(driven.observations.isEmpty()).isTrue();
        driven.pass(500);
        driven.pass(500);
        driven.pass(500);
        assertThat(driven.observations.readValue().getBody()).isEqualTo(new WorkerLost("w1"));
    }

    @Test
    void workersThatFallSilentTogetherAreWaitedForLonger() {
        driven.heartbeat("w1", 2, "interest");
        driven.heartbeat("w2", 2, "interest");
        long silentMs = 0;
        while (driven.observations.isEmpty()) {
            driven.pass(500);
            silentMs += 500;
        }
        assertThat(silentMs).isBetween(17_001L, 18_000L);
        assertThat(driven.observations.readValuesToList())
                .extracting(DeploymentEvent::getBody)
                .containsExactly(new WorkerLost("w1"), new WorkerLost("w2"));
    }

    @Test
    void aWorkersTimeBeginsAnewWithTheProcess() {
        driven.heartbeat("w1", 2, "interest");
        driven.pass(500);
        driven = driven.restart(other);
        driven.pass(500);
        driven.pass(500);
        assertThat(driven.observations.isEmpty()).isTrue();
        for (int i = 0; i < 5; i++) {
            driven.pass(500);
        }
        assertThat(driven.observations.readValue().getBody()).isEqualTo(new WorkerLost("w1"));
    }

    @Test
    void howFarTheWorkersAreIsPosted() {
        driven.give(3, World.service());
        driven.wants("w2", List.of(S), List.of());
        driven.heartbeat("w2", 3, "interest");
        driven.give(4, READY1);
        driven.pass(500);
        assertThat(driven.board.workers("main"))
                .satisfiesExactly(w1 -> assertThat(w1.feed()).isEmpty(), w2 -> {
                    assertThat(w2.feed()).isEqualTo(Optional.of(io.xylem.routing.domain.Feed.INTEREST));
                    assertThat(w2.applied()).hasValue(3);
                    assertThat(w2.behind()).isEqualTo(1);
                    assertThat(w2.oldestVersion()).hasValue(4);
                    assertThat(w2.interests()).isEqualTo(1);
                });
    }

    @Test
    void whatIsNoAddressOrNoServiceIsADeadLetter() {
        driven.wants("w2", List.of("A.prod"), List.of());
        driven.wants("w2", List.of(), List.of("10.30.0"));
        driven.say(Keys.interest("main", "w1"), "w2", new io.xylem.schemas.avro.Interests(1L, List.of(), List.of()));
        driven.heartbeat("w2", 3, "gossip");
        assertThat(driven.deadLetters.readRecordsToList()).hasSize(4);
        assertThat(driven.workerRoutes.isEmpty()).isTrue();
    }
}
