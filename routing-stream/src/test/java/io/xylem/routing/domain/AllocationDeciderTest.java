package io.xylem.routing.domain;

import static io.xylem.model.InstanceState.DRAINING;
import static io.xylem.model.InstanceState.READY;
import static io.xylem.model.InstanceState.SCHEDULED;
import static io.xylem.model.InstanceState.UNREADY;
import static io.xylem.routing.domain.World.S;
import static io.xylem.routing.domain.World.S1;
import static io.xylem.routing.domain.World.S2;
import static io.xylem.routing.domain.World.given;
import static io.xylem.routing.domain.World.instance;
import static io.xylem.routing.domain.World.lost;
import static io.xylem.routing.domain.World.service;
import static io.xylem.routing.domain.World.takenBack;
import static io.xylem.routing.domain.World.worker;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceName;
import io.xylem.routing.domain.RouteChange.InstanceRouted;
import io.xylem.routing.domain.RouteChange.InstanceWithdrawn;
import io.xylem.routing.domain.RouteChange.ServiceRouted;
import io.xylem.routing.domain.RouteChange.ServiceWithdrawn;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class AllocationDeciderTest {
    private static final Allocated.Worker W1 = worker("w1", "192.168.77.1");
    private static final Allocated.Worker W2 = worker("w2", "192.168.77.2");
    private static final Allocated.Instance SCHEDULED1 = instance(S1, "w1", "10.18.30.65", SCHEDULED);
    private static final Allocated.Instance READY1 = instance(S1, "w1", "10.18.30.65", READY);
    private static final Allocated.Instance MIGRATED1 = instance(S1, "w2", "10.18.30.129", SCHEDULED);
    private static final Allocated.Instance READY2 = instance(S2, "w1", "10.18.30.66", READY);

    private final World world = new World();

    @Test
    void aWorkerAloneNeedsNoRoute() {
        assertThat(world.tell(given(1, W1))).isEmpty();
    }

    @Test
    void aServiceIsRoutedAsSoonAsItIsRegistered() {
        assertThat(world.tell(given(1, service()))).containsExactly(new ServiceRouted(1, service()));
        assertThat(world.tell(takenBack(2, service()))).containsExactly(new ServiceWithdrawn(2, S));
    }

    @Test
    void anInstanceIsRoutedFromScheduledToRemoved() {
        world.tell(given(1, W1));
        assertThat(world.tell(given(3, SCHEDULED1))).containsExactly(new InstanceRouted(3, SCHEDULED1, W1));
        assertThat(world.tell(given(4, READY1))).containsExactly(new InstanceRouted(4, READY1, W1));
        assertThat(world.tell(given(5, MIGRATED1))).as("w2 has not joined").isEmpty();
        assertThat(world.tell(given(6, W2))).containsExactly(new InstanceRouted(6, MIGRATED1, W2));
        assertThat(world.tell(takenBack(7, MIGRATED1))).containsExactly(new InstanceWithdrawn(7, S1));
        assertThat(world.tell(given(8, W2))).as("nothing left on w2").isEmpty();
        assertThat(world.tell(given(9, W1))).as("nothing left on w1").isEmpty();
    }

    @Test
    void everyStateOfAnInstanceIsItsReadiness() {
        world.tell(given(1, W1));
        long version = 2;
        for (var state : List.of(SCHEDULED, READY, UNREADY, DRAINING)) {
            assertThat(world.tell(given(version++, instance(S1, "w1", "10.18.30.65", state))))
                    .singleElement()
                    .isInstanceOfSatisfying(
                            InstanceRouted.class,
                            route -> assertThat(route.readiness()).isEqualTo(state));
        }
    }

    @Test
    void aWorkerThatMovesHasAllItsRoutesReissuedAndNoOthers() {
        Allocated.Instance elsewhere = instance(new InstanceName(S, 3), "w2", "10.18.30.130", READY);
        Stream.of(given(1, W1), given(2, W2), given(3, READY1), given(4, READY2), given(5, elsewhere))
                .forEach(world::tell);
        Allocated.Worker moved = worker("w1", "192.168.77.9");
        assertThat(world.tell(given(6, moved)))
                .containsExactly(new InstanceRouted(6, READY1, moved), new InstanceRouted(6, READY2, moved));
    }

    @Test
    void aLostWorkersInstancesAreUnreadyUntilItIsBack() {
        Stream.of(given(1, W1), given(2, READY1), given(3, instance(S2, "w1", "10.18.30.66", DRAINING)))
                .forEach(world::tell);
        assertThat(world.tell(given(4, lost(W1))))
                .extracting(route -> ((InstanceRouted) route).readiness())
                .containsExactly(UNREADY, UNREADY);
        assertThat(world.tell(given(5, W1)))
                .extracting(route -> ((InstanceRouted) route).readiness())
                .containsExactly(READY, DRAINING);
    }

    @Test
    void aWorkerThatLeavesTakesItsRoutesAlong() {
        Stream.of(given(1, W1), given(2, READY1)).forEach(world::tell);
        assertThat(world.tell(takenBack(3, W1))).containsExactly(new InstanceWithdrawn(3, S1));
        assertThat(world.tell(given(4, W1))).as("it joins again").containsExactly(new InstanceRouted(4, READY1, W1));
    }

    @Test
    void anInstanceThatArrivesBeforeItsWorkerIsRoutedWithTheWorker() {
        assertThat(world.tell(given(7, READY1))).isEmpty();
        assertThat(world.tell(given(50, W1))).containsExactly(new InstanceRouted(50, READY1, W1));
    }

    @Test
    void anOlderRecordBringsTheNewestRouteAndNotItsOwn() {
        Stream.of(given(1, W1), given(2, SCHEDULED1), given(3, READY1)).forEach(world::tell);
        assertThat(world.tell(given(2, SCHEDULED1))).containsExactly(new InstanceRouted(3, READY1, W1));
        assertThat(world.tell(given(3, READY1))).containsExactly(new InstanceRouted(3, READY1, W1));
    }

    @Test
    void whatWasRemovedDoesNotComeBackWhenItsRecordsAreReadAgain() {
        Stream.of(given(1, W1), given(2, READY1), takenBack(3, READY1), given(4, READY2))
                .forEach(world::tell);
        assertThat(world.tell(given(2, READY1)))
                .as("absent as of version 4, the newest known")
                .containsExactly(new InstanceWithdrawn(4, S1));
        assertThat(world.tell(takenBack(3, READY1))).containsExactly(new InstanceWithdrawn(4, S1));
        assertThat(world.state.instance(S1)).isEmpty();
    }

    @Test
    void theSameAllocationsTwiceLeadToTheSameStateAndTable() {
        List<AllocationChange> log = List.of(
                given(1, W1),
                given(2, W2),
                given(3, service()),
                given(4, SCHEDULED1),
                given(5, READY1),
                given(6, READY2),
                given(7, MIGRATED1),
                takenBack(8, READY2),
                given(9, worker("w2", "192.168.77.9")),
                takenBack(10, W1));
        World once = new World();
        log.forEach(once::tell);

        // The process stops after every step and reads again from every earlier one.
        for (int stop = 1; stop <= log.size(); stop++) {
            for (int from = 0; from < stop; from++) {
                World twice = new World();
                log.subList(0, stop).forEach(twice::tell);
                log.subList(from, log.size()).forEach(twice::tell);
                assertThat(twice.state)
                        .as("stopped at %d, again from %d", stop, from)
                        .isEqualTo(once.state);
                assertThat(latest(twice))
                        .as("stopped at %d, again from %d", stop, from)
                        .isEqualTo(latest(once));
            }
        }
    }

    @Test
    void routesAreSentAgainAfterAStopBetweenKeepingAndSending() {
        World restarted = new World();
        AllocationApplier.apply(restarted.state, given(1, W1));
        AllocationApplier.apply(restarted.state, given(2, READY1)); // kept, and then the process stopped
        assertThat(restarted.tell(given(1, W1))).containsExactly(new InstanceRouted(2, READY1, W1));
        assertThat(restarted.tell(given(2, READY1))).containsExactly(new InstanceRouted(2, READY1, W1));
    }

    /** Routes as they are, withdrawals without their versions: absence is the same however late it was said. */
    private static List<Object> latest(World world) {
        return world.table.values().stream()
                .<Object>map(route -> switch (route) {
                    case InstanceWithdrawn(var _, var instance) -> instance;
                    case ServiceWithdrawn(var _, var service) -> service;
                    case InstanceRouted routed -> routed;
                    case ServiceRouted routed -> routed;
                })
                .toList();
    }
}
