package io.xylem.simulation;

import static io.xylem.simulation.Cluster.Fault.DISORDER;
import static io.xylem.simulation.Cluster.Fault.PROXY_RESTARTS;
import static io.xylem.simulation.Cluster.Fault.ROUTING_CRASHES;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.simulation.Cluster.Fault;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Every scenario runs from several seeds; a failure names its own, and {@code -Dseed=} plays that one alone. Between the
 * pauses of a run anything may be under way; in a pause everything arrives, and then all {@link Promises} must hold.
 */
class SimulationTest {
    private static final int SEEDS = 10;
    private static final int PAUSES = 4;
    private static final int STEPS_BETWEEN_PAUSES = 300;

    @Test
    void inOrderEveryInstanceIsReachableWhereItIs() {
        play(Set.of());
    }

    @Test
    void routesThatComeLateTwiceOrReversedLeadToTheSameTable() {
        play(Set.of(DISORDER));
    }

    @Test
    void routingThatCrashesAnywhereLosesNoRoute() {
        play(Set.of(ROUTING_CRASHES));
    }

    @Test
    void aProxyThatStartsAgainHasTheTableOfOneThatNeverStopped() {
        play(Set.of(PROXY_RESTARTS));
    }

    @Test
    void allOfThisAtOnceAndNoAddressEverHasTwoOwners() {
        play(EnumSet.allOf(Fault.class));
    }

    @Test
    void theSameSeedIsTheSameWorld() {
        long seed = seeds().getFirst();
        assertThat(run(seed, EnumSet.allOf(Fault.class))).isEqualTo(run(seed, EnumSet.allOf(Fault.class)));
    }

    private static void play(Set<Fault> faults) {
        seeds().forEach(seed -> run(seed, faults));
    }

    private static List<Long> seeds() {
        Long given = Long.getLong("seed");
        if (given != null) {
            return List.of(given);
        }
        long first = System.nanoTime();
        System.out.println("seeds from " + first + "; play one again with -Dseed=");
        List<Long> seeds = new ArrayList<>();
        for (int i = 0; i < SEEDS; i++) {
            seeds.add(first + i);
        }
        return seeds;
    }

    /** @return everything that happened */
    private static List<String> run(long seed, Set<Fault> faults) {
        Cluster cluster = new Cluster(seed, faults);
        Ledger ledger = new Ledger();
        Promises promises = new Promises(cluster, ledger);
        List<String> trace = new ArrayList<>();
        try {
            for (int pause = 0; pause < PAUSES; pause++) {
                for (int step = 0; step < STEPS_BETWEEN_PAUSES; step++) {
                    trace.add(cluster.step());
                    ledger.read(cluster.allocations);
                }
                trace.add("pause");
                cluster.drain();
                ledger.read(cluster.allocations);
                promises.check();
            }
            assertThat(promises.roundTrips).as("packets that were tried").isPositive();
            trace.add(cluster.routes.toString());
            trace.add(promises.roundTrips + " round trips");
            return trace;
        } catch (AssertionError | RuntimeException e) {
            List<String> last = trace.subList(Math.max(0, trace.size() - 30), trace.size());
            throw new AssertionError(
                    "-Dseed=" + seed + " with " + faults + " broke a promise after step " + trace.size() + ": "
                            + e.getMessage() + "\n" + String.join("\n", last),
                    e);
        }
    }
}
