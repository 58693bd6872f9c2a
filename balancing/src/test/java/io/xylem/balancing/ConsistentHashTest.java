package io.xylem.balancing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConsistentHashTest {
    private static final int CLIENTS = 100_000;

    private final Random random = Service.random();

    @Test
    void aClientGetsTheSameInstanceOnWhicheverWorkerItRuns() {
        List<Candidate> candidates = Service.equal(9);
        Service here = new Service(new ConsistentHash()).among(candidates);
        Service there = new Service(new ConsistentHash()).among(new ArrayList<>(candidates));
        there.site = new Site("elsewhere", null, null);
        for (int client = 0; client < 1_000; client++) {
            int chosen = here.choose(Service.client(client));
            assertThat(there.choose(Service.client(client))).isEqualTo(chosen);
            assertThat(here.choose(Service.client(client))).isEqualTo(chosen);
        }
    }

    @Test
    void whenOneOfEqualInstancesGoesAtMostOnePercentMoveNeedlessly() {
        for (int count : new int[] {2, 3, 10, 30, 100, 300, 650, 1_000}) {
            int[] equal = new int[count];
            Arrays.fill(equal, 1);
            assertNeedlessMoves(equal, random.nextInt(count), random.nextInt(count));
        }
    }

    @Test
    void withWeightsFromOneToTenTheyAreAtMostOnePercentToo() {
        for (int count : new int[] {10, 100, 300, 650, 1_000}) {
            int[] weights = random.ints(count, 1, 11).toArray();
            assertNeedlessMoves(weights, random.nextInt(count), heaviest(weights));
        }
    }

    @Test
    void ofUpToAHundredInstancesAnyWeightsMayBeGiven() {
        for (int i = 0; i < 10; i++) {
            int count = random.nextInt(3, 101);
            int heavy = random.nextInt(2, 1_001);
            int[] weights = i % 2 == 0 ? random.ints(count, 1, heavy + 1).toArray() : new int[count];
            if (i % 2 == 1) {
                Arrays.fill(weights, 1);
                weights[random.nextInt(count)] = heavy;
            }
            assertNeedlessMoves(weights, heaviest(weights));
        }
    }

    private static int heaviest(int[] weights) {
        return IntStream.range(0, weights.length)
                .boxed()
                .max(Comparator.comparingInt(i -> weights[i]))
                .orElseThrow();
    }

    private static void assertNeedlessMoves(int[] weights, int... gone) {
        List<Candidate> all = Service.weighted(weights);
        for (int one : gone) {
            double moved = needlesslyMoved(all, one);
            System.out.printf(
                    "%d instances, without %d of weight %d: %.2f %% move needlessly%n",
                    weights.length, one, weights[one], 100 * moved);
            assertThat(moved)
                    .as("without %s of weights %s", one, Arrays.toString(weights))
                    .isLessThanOrEqualTo(0.01);
        }
    }

    @Test
    void clientsAreSpreadByWeight() {
        int[] weights = {1, 2, 3, 4};
        Service service = new Service(new ConsistentHash()).among(Service.weighted(weights));
        int[] clients = new int[weights.length];
        for (int client = 0; client < CLIENTS; client++) {
            clients[service.choose(Service.client(client))]++;
        }
        for (int i = 0; i < weights.length; i++) {
            // Entries are exact within one in ten thousand; the rest is chance (five standard deviations).
            assertThat(clients[i] / (double) CLIENTS).isCloseTo(weights[i] / 10.0, within(0.008));
        }
        assertThat(service.explain().scores())
                .containsExactly(
                        "10.00 % of all clients",
                        "20.00 % of all clients", "30.00 % of all clients", "40.00 % of all clients");
    }

    @Test
    void aClientOfTwoServicesIsNotTiedToTheSameNumber() {
        ConsistentHash policy = new ConsistentHash();
        Service one = new Service(policy).among(Service.equal(10));
        ServiceName name = ServiceName.parse("A.prod.Other.prod");
        List<Candidate> others = one.candidates.stream()
                .map(c -> new Candidate(new InstanceName(name, c.instance().number()), c.site(), 1))
                .toList();
        Service other = new Service(policy).among(others);
        int same = 0;
        for (int client = 0; client < 10_000; client++) {
            same += one.choose(Service.client(client)) == other.choose(Service.client(client)) ? 1 : 0;
        }
        assertThat(same).isBetween(800, 1_200);
    }

    @Test
    void explainingSaysWhatIsChosen() {
        Service service = new Service(new ConsistentHash()).among(Service.equal(5));
        Explanation explanation = service.explain();
        assertThat(explanation.chosen()).isEqualTo(service.choose());
        assertThat(explanation.reason()).contains("A.prod.C.prod#1");
    }

    /** Which part of all clients had another instance than the one that went, and has yet another one now. */
    private static double needlesslyMoved(List<Candidate> all, int gone) {
        List<Candidate> left = new ArrayList<>(all);
        left.remove(gone);
        int[] before = chosen(all);
        int[] after = chosen(left);
        long moved = IntStream.range(0, CLIENTS)
                .filter(i -> before[i] != all.get(gone).instance().number() && before[i] != after[i])
                .count();
        return moved / (double) CLIENTS;
    }

    private static int[] chosen(List<Candidate> candidates) {
        Service service = new Service(new ConsistentHash()).among(candidates);
        int[] chosen = new int[CLIENTS];
        Arrays.setAll(
                chosen,
                i -> candidates
                        .get(service.choose(Service.client(i)))
                        .instance()
                        .number());
        return chosen;
    }
}
