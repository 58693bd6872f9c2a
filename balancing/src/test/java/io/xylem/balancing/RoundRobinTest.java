package io.xylem.balancing;

import static io.xylem.balancing.Service.spread;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RoundRobinTest {
    private final Random random = Service.random();
    private final Service service = new Service(new RoundRobin());

    @Test
    void equalInstancesDifferByAtMostOneAfterEveryFlow() {
        for (int round = 0; round < 50; round++) {
            Service fresh = new Service(new RoundRobin()).among(Service.equal(1 + random.nextInt(20)));
            int[] flows = new int[fresh.candidates.size()];
            for (int i = 0; i < 200; i++) {
                flows[fresh.choose()]++;
                assertThat(spread(flows)).isLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void withWeightsEverybodyIsLessThanOneFlowFromItsPartAfterEveryFlow() {
        for (int round = 0; round < 200; round++) {
            int[] weights = weights(1 + random.nextInt(12), 1 + random.nextInt(50));
            Service fresh = new Service(new RoundRobin()).among(Service.weighted(weights));
            int all = Arrays.stream(weights).sum();
            int[] flows = new int[weights.length];
            for (int n = 1; n <= 3 * all; n++) {
                flows[fresh.choose()]++;
                for (int i = 0; i < weights.length; i++) {
                    // |flows - n * weight / all| < 1
                    assertThat(Math.abs((long) flows[i] * all - (long) n * weights[i]))
                            .as("%s of %s after %s", i, Arrays.toString(weights), n)
                            .isLessThan(all);
                }
            }
            for (int i = 0; i < weights.length; i++) {
                assertThat(flows[i]).isEqualTo(3 * weights[i]);
            }
        }
    }

    @Test
    void aHeavyInstanceIsInterleavedWithLightOnes() {
        service.among(Service.weighted(6, 1, 1));
        List<Integer> order =
                IntStream.range(0, 16).mapToObj(i -> service.choose()).toList();
        assertThat(order.subList(0, 8)).isEqualTo(order.subList(8, 16));
        for (int from = 0; from + 4 <= 16; from++) {
            assertThat(order.subList(from, from + 4))
                    .as("%s from %s", order, from)
                    .contains(0);
            assertThat(order.subList(from, from + 4)).containsAnyOf(1, 2);
        }
    }

    @Test
    void thoseThatStayDifferByAtMostOneWhoeverComesAndGoes() {
        List<Candidate> all = Service.equal(10);
        int stay = 4;
        int[] flows = new int[stay];
        for (int change = 0; change < 500; change++) {
            List<Candidate> present = new ArrayList<>(all.subList(0, stay));
            all.subList(stay, 10).stream().filter(c -> random.nextBoolean()).forEach(present::add);
            service.among(present);
            for (int i = random.nextInt(12); i > 0; i--) {
                int number = service.chosen().instance().number();
                if (number < stay) {
                    flows[number]++;
                }
                assertThat(spread(flows)).isLessThanOrEqualTo(1);
            }
        }
        assertThat(flows[0]).isPositive();
    }

    @Test
    void anInstanceThatComesAndGoesGetsNoMoreThanTheOthers() {
        List<Candidate> all = Service.equal(5);
        Map<Integer, Integer> flows = new HashMap<>();
        for (int i = 0; i < 1_000; i++) {
            service.among(new ArrayList<>(i % 2 == 0 ? all : all.subList(0, 4)));
            flows.merge(service.chosen().instance().number(), 1, Integer::sum);
        }
        assertThat(flows.getOrDefault(4, 0)).isLessThanOrEqualTo(flows.getOrDefault(0, 0) + 1);
        assertThat(flows.getOrDefault(0, 0)).isGreaterThanOrEqualTo(200);
    }

    @Test
    void whoeverStaysIsServedWhileWeightsAndCandidatesChange() {
        for (int change = 0; change < 300; change++) {
            int[] weights = weights(1 + random.nextInt(10), 1 + random.nextInt(5));
            service.among(Service.weighted(weights));
            int all = Arrays.stream(weights).sum();
            service.choose(random.nextInt(2 * all + 1));
            // What the change left of a round is done after one round at most; the next one is exact.
            int[] flows = service.choose(2 * all);
            for (int i = 0; i < weights.length; i++) {
                assertThat(flows[i]).isBetween(weights[i], 3 * weights[i]);
            }
        }
    }

    @Test
    void workersBeginWithDifferentInstances() {
        List<Candidate> candidates = Service.equal(10);
        int[] first = new int[10];
        for (int worker = 0; worker < 1_000; worker++) {
            Service at = new Service(new RoundRobin()).among(candidates);
            at.site = new Site("worker-" + worker, null, null);
            first[at.choose()]++;
        }
        assertThat(Arrays.stream(first)).allMatch(flows -> flows > 50 && flows < 200);
    }

    @Test
    void explainingChangesNothing() {
        for (int round = 0; round < 300; round++) {
            if (random.nextInt(5) == 0 || service.candidates.isEmpty()) {
                service.among(Service.weighted(weights(1 + random.nextInt(6), 1 + random.nextInt(4))));
            }
            Explanation explanation = service.explain();
            assertThat(service.explain()).isEqualTo(explanation);
            assertThat(explanation.scores()).hasSameSizeAs(service.candidates);
            assertThat(service.choose()).isEqualTo(explanation.chosen());
        }
    }

    private int[] weights(int count, int most) {
        return random.ints(count, 1, most + 1).toArray();
    }
}
