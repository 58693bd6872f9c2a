package io.xylem.bench;

import io.xylem.proxy.control.RealmRoutes;
import io.xylem.runtime.Latency;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What routes cost a worker. Prints a table; progress goes to standard error.
 *
 * <p>Arguments: {@code --rounds N} (5), {@code --instances N} of the realm (63488), {@code --only FIGURE} (bytes, heap,
 * restart; the last one makes network namespaces and needs root).
 */
public final class RouteBench {
    private static final int FULL_SERVICES = 2_046;
    private static final int FULL_WORKERS = 1_024;
    private static final Map<String, Figure.Start> FIGURES = figures();

    private RouteBench() {}

    public static void main(String[] args) throws Exception {
        Options options = new Options(args, Set.of("--rounds", "--instances", "--only"));
        String only = options.text("--only", "");
        if (!only.isEmpty() && !FIGURES.containsKey(only)) {
            throw new IllegalArgumentException("'" + only + "' is no figure; allowed: " + FIGURES.keySet());
        }
        Setup setup = new Setup(
                options.number("--rounds", 5),
                options.number("--instances", Space.FULL),
                0,
                Latency.BALANCED,
                Optional.empty());
        Log.register();
        List<Comparison> comparisons = new ArrayList<>();
        for (Map.Entry<String, Figure.Start> entry : FIGURES.entrySet()) {
            if (only.isEmpty() || only.equals(entry.getKey())) {
                comparisons.addAll(AllocatorBench.measure(entry.getValue(), setup));
            }
        }
        System.out.println(Comparison.header("baseline", "Xylem"));
        comparisons.forEach(comparison -> System.out.println(comparison.row()));
    }

    private static RealmRoutes realm(int instances) {
        int services = (int) Math.ceilDiv((long) instances * FULL_SERVICES, Space.FULL);
        int workers = (int) Math.ceilDiv((long) instances * FULL_WORKERS, Space.FULL);
        return new RealmRoutes(instances, services, workers, Log.REGISTRY);
    }

    private static Map<String, Figure.Start> figures() {
        Map<String, Figure.Start> figures = new LinkedHashMap<>();
        figures.put("bytes", setup -> new RouteBytes(setup, realm(setup.instances())));
        figures.put("heap", setup -> new RouteHeap(realm(setup.instances())));
        figures.put("restart", setup -> new ProxyRestart(realm(0), realm(setup.instances())));
        return figures;
    }
}
