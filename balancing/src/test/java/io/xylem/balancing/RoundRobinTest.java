package io.xylem.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundRobinTest {
    private static final ServiceName SERVICE = ServiceName.parse("A.prod.S.prod");

    private static final Site HERE = new Site("w1", null, null);

    private static int choose(InstanceChooser chooser, List<Candidate> candidates) {
        return chooser.choose(
                new Choice(candidates, new InstanceName(SERVICE, 0), HERE, new MeasuredState(instance -> {}), 0));
    }

    @Test
    void equalInstancesDifferByAtMostOneAfterEveryFlow() {
        Random random = random();
        for (int round = 0; round < 50; round++) {
            List<Candidate> candidates = candidates(ones(1 + random.nextInt(20)));
            InstanceChooser chooser = new RoundRobin().newChooser();
            int[] flows = new int[candidates.size()];
            for (int i = 0; i < 200; i++) {
                flows[choose(chooser, candidates)]++;
                assertThat(max(flows) - min(flows)).isLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void flowsFollowTheWeightsExactlyOverEachCycle() {
        Random random = random();
        for (int round = 0; round < 50; round++) {
            int[] weights = new int[1 + random.nextInt(8)];
            int cycle = 0;
            for (int i = 0; i < weights.length; i++) {
                weights[i] = 1 + random.nextInt(9);
                cycle += weights[i];
            }
            List<Candidate> candidates = candidates(weights);
            InstanceChooser chooser = new RoundRobin().newChooser();
            int[] flows = new int[weights.length];
            for (int i = 0; i < 5 * cycle; i++) {
                if (i % cycle == 0) {
                    assertThat(flows).isEqualTo(times(weights, i / cycle));
                }
                flows[choose(chooser, candidates)]++;
            }
        }
    }

    @Test
    void aHeavyInstanceIsInterleavedWithLightOnes() {
        InstanceChooser chooser = new RoundRobin().newChooser();
        List<Candidate> candidates = candidates(new int[] {5, 1, 1});
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            order.add(choose(chooser, candidates));
        }
        assertThat(order).containsExactly(0, 0, 1, 0, 2, 0, 0);
    }

    @Test
    void staysEvenAmongThoseThatStayWhenInstancesComeAndGo() {
        Random random = random();
        InstanceChooser chooser = new RoundRobin().newChooser();
        List<Candidate> all = candidates(ones(10));
        for (int change = 0; change < 100; change++) {
            List<Candidate> present = new ArrayList<>(all);
            present.removeIf(candidate -> random.nextInt(3) == 0);
            if (present.isEmpty()) {
                continue;
            }
            int[] flows = new int[present.size()];
            for (int i = 0; i < 20 * present.size(); i++) {
                flows[choose(chooser, present)]++;
            }
            // Those that came start at zero, the others carry what they had: it evens out, and nobody starves.
            assertThat(min(flows)).isGreaterThanOrEqualTo(20 - 10);
            assertThat(max(flows)).isLessThanOrEqualTo(20 + 10);
        }
    }

    @Test
    void choosersAreIndependent() {
        List<Candidate> candidates = candidates(ones(3));
        RoundRobin policy = new RoundRobin();
        InstanceChooser first = policy.newChooser();
        InstanceChooser second = policy.newChooser();
        for (int i = 0; i < 9; i++) {
            assertThat(choose(first, candidates)).isEqualTo(choose(second, candidates));
        }
    }

    private static int[] ones(int count) {
        return IntStream.generate(() -> 1).limit(count).toArray();
    }

    private static int[] times(int[] weights, int factor) {
        return Arrays.stream(weights).map(weight -> weight * factor).toArray();
    }

    private static List<Candidate> candidates(int[] weights) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            candidates.add(new Candidate(new InstanceName(SERVICE, i), HERE, weights[i]));
        }
        return candidates;
    }

    private static int max(int[] numbers) {
        return Arrays.stream(numbers).max().orElseThrow();
    }

    private static int min(int[] numbers) {
        return Arrays.stream(numbers).min().orElseThrow();
    }

    private static Random random() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        return new Random(seed);
    }
}
