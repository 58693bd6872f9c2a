package io.xylem.balancing;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.InstanceName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Where 10 000 flows go, policy by policy: ten instances, two on each of five workers; prints a table. */
class DistributionTest {
    private static final int FLOWS = 10_000;
    private static final int[] EQUAL = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
    private static final int[] WEIGHTS = {1, 1, 1, 1, 2, 2, 3, 3, 3, 3};

    @Test
    void tenThousandFlows() {
        System.out.println("| policy | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 |");
        System.out.println("|---".repeat(11) + "|");
        assertThat(print("RR", flows(new RoundRobin(), EQUAL))).containsOnly(1_000);
        assertThat(print("RR, weights", flows(new RoundRobin(), WEIGHTS)))
                .containsExactly(500, 500, 500, 500, 1_000, 1_000, 1_500, 1_500, 1_500, 1_500);
        assertThat(print("closest (w3)", flows(new Closest(), EQUAL)))
                .containsExactly(0, 0, 0, 0, 5_000, 5_000, 0, 0, 0, 0);
        assertThat(print("closest (w4), weights", closestWeighted())).contains(5_000, 5_000);
        assertThat(print("underutilized, flows of all as long", underutilized(false)))
                .allMatch(n -> n == 1_000);
        assertThat(print("underutilized, flows of the first five ten times as long", underutilized(true)))
                .satisfies(flows -> assertThat(flows.get(0)).isLessThan(flows.get(9) / 5));
        assertThat(print("hash, one flow a client", flows(new ConsistentHash(), EQUAL)))
                .allMatch(n -> n > 850 && n < 1_150);
        assertThat(print("hash, weights", flows(new ConsistentHash(), WEIGHTS))).allMatch(n -> n > 380 && n < 1_700);
    }

    private static int[] flows(BalancingPolicy policy, int[] weights) {
        Service service = service(policy, weights);
        int[] flows = new int[weights.length];
        for (int i = 0; i < FLOWS; i++) {
            flows[service.choose(Service.client(i))]++;
        }
        return flows;
    }

    private static int[] closestWeighted() {
        Service service = service(new Closest(), WEIGHTS);
        service.measured.silent("w3");
        return service.choose(FLOWS);
    }

    /** 200 flows are open at any time; each new one ends the one that began 200, or 2 000, flows ago. */
    private static int[] underutilized(boolean someLonger) {
        Service service = service(new Underutilized(), EQUAL);
        Deque<Open> open = new ArrayDeque<>();
        int[] flows = new int[EQUAL.length];
        for (int i = 0; i < FLOWS; i++) {
            int now = i;
            for (Open one : open.stream().filter(o -> o.end <= now).toList()) {
                open.remove(one);
                service.measured.closed(service.candidates.get(one.index).instance());
            }
            int chosen = service.choose();
            flows[chosen]++;
            service.measured.opened(service.candidates.get(chosen).instance());
            open.add(new Open(chosen, i + (someLonger && chosen < 5 ? 2_000 : 200)));
        }
        return flows;
    }

    private record Open(int index, int end) {}

    private static Service service(BalancingPolicy policy, int[] weights) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            candidates.add(new Candidate(
                    new InstanceName(Service.NAME, i + 1), new Site("w" + (1 + i / 2), null, null), weights[i]));
        }
        Service service = new Service(policy).among(candidates);
        for (int worker = 1; worker <= 5; worker++) {
            service.measured.answered("w" + worker, 1_000_000L * (1 + Math.abs(3 * worker - 10)));
        }
        return service;
    }

    private static List<Integer> print(String what, int[] flows) {
        System.out.println("| " + what + " | "
                + Arrays.stream(flows).mapToObj(Integer::toString).collect(Collectors.joining(" | ")) + " |");
        return Arrays.stream(flows).boxed().toList();
    }
}
