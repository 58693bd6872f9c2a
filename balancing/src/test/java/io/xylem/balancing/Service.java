package io.xylem.balancing;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** A service that a test chooses instances of. */
final class Service {
    static final ServiceName NAME = ServiceName.parse("A.prod.S.prod");
    static final Site HERE = new Site("w0", "eu-1", null);

    private static final ServiceName CLIENTS = ServiceName.parse("A.prod.C.prod");

    final InstanceChooser chooser;
    final MeasuredState measured;
    Site site = HERE;
    List<Candidate> candidates = List.of();
    long nowNs = -7_000_000_000L;

    Service(BalancingPolicy policy) {
        chooser = policy.newChooser();
        measured = new MeasuredState(this::flowsChanged);
    }

    private void flowsChanged(InstanceName instance) {
        chooser.flowsChanged(instance, measured);
    }

    /** Instance {@code i} with weight {@code weights[i]}, all on other workers. */
    static List<Candidate> weighted(int... weights) {
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < weights.length; i++) {
            candidates.add(candidate(i, "w" + (i + 1), weights[i]));
        }
        return candidates;
    }

    static List<Candidate> equal(int count) {
        int[] weights = new int[count];
        Arrays.fill(weights, 1);
        return weighted(weights);
    }

    static Candidate candidate(int number, String worker, int weight) {
        return new Candidate(new InstanceName(NAME, number), new Site(worker, null, null), weight);
    }

    static InstanceName client(int number) {
        return new InstanceName(CLIENTS, number);
    }

    Service among(List<Candidate> now) {
        candidates = now;
        return this;
    }

    int choose() {
        return choose(client(1));
    }

    int choose(InstanceName client) {
        return chooser.choose(choice(client));
    }

    Candidate chosen() {
        return candidates.get(choose());
    }

    Choice choice(InstanceName client) {
        return new Choice(candidates, client, site, measured, nowNs);
    }

    Explanation explain() {
        return chooser.explain(choice(client(1)));
    }

    /** How often each is chosen. */
    int[] choose(int flows) {
        int[] chosen = new int[candidates.size()];
        for (int i = 0; i < flows; i++) {
            chosen[choose()]++;
        }
        return chosen;
    }

    static Random random() {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println("seed " + seed);
        return new Random(seed);
    }

    static int spread(int[] numbers) {
        return Arrays.stream(numbers).max().orElseThrow()
                - Arrays.stream(numbers).min().orElseThrow();
    }
}
