package io.xylem.bench;

import io.xylem.proxy.control.RealmRoutes;
import io.xylem.runtime.Latency;
import io.xylem.schemas.TopicAdmin;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What routes cost a worker. Prints a table; progress goes to standard error.
 *
 * <p>Arguments: {@code --rounds N} (5), {@code --instances N} of the realm (63488), {@code --only FIGURE} (bytes, heap,
 * restart, convergence; restart makes network namespaces and needs root), {@code --worker-partitions N} of worker-routes
 * (as in production); for convergence {@code --workers N} with consumers of their own (50), {@code --latency
 * low|balanced|throughput} of all streams (balanced), {@code --profile FILE} for flight recordings of
 * the allocator and, {@code FILE.routing}, of routing.
 */
public final class RouteBench {
    private static final int FULL_SERVICES = 2_046;
    private static final int FULL_WORKERS = 1_024;
    private static final int REAL_WORKERS = 50;

    private RouteBench() {}

    public static void main(String[] args) throws Exception {
        Options options = new Options(
                args,
                Set.of(
                        "--rounds",
                        "--instances",
                        "--only",
                        "--workers",
                        "--worker-partitions",
                        "--latency",
                        "--profile"));
        Map<String, Figure.Start> figures = figures(options);
        String only = options.text("--only", "");
        if (!only.isEmpty() && !figures.containsKey(only)) {
            throw new IllegalArgumentException("'" + only + "' is no figure; allowed: " + figures.keySet());
        }
        String profile = options.text("--profile", "");
        Setup setup = new Setup(
                options.number("--rounds", 5),
                options.number("--instances", Space.FULL),
                0,
                Latency.valueOf(options.text("--latency", "balanced").toUpperCase(Locale.ROOT)),
                profile.isEmpty() ? Optional.empty() : Optional.of(profile));
        Log.register();
        List<Comparison> comparisons = new ArrayList<>();
        for (Map.Entry<String, Figure.Start> entry : figures.entrySet()) {
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

    private static Map<String, Figure.Start> figures(Options options) {
        Map<String, Figure.Start> figures = new LinkedHashMap<>();
        int workerPartitions = options.number("--worker-partitions", TopicAdmin.Layout.WORKER_PARTITIONS);
        figures.put("bytes", setup -> new RouteBytes(setup, realm(setup.instances()), workerPartitions));
        figures.put("heap", setup -> new RouteHeap(realm(setup.instances())));
        figures.put("restart", setup -> new ProxyRestart(realm(0), realm(setup.instances())));
        figures.put(
                "convergence",
                setup -> new RouteConvergence(setup, options.number("--workers", REAL_WORKERS), workerPartitions));
        return figures;
    }
}
