package io.xylem.bench;

import io.xylem.runtime.Latency;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The allocator against Kafka Streams with nothing to do, or against itself in another state. Prints a table; progress
 * goes to standard error.
 *
 * <p>Arguments: {@code --rounds N} (5), {@code --events N} instances of a full realm (63488), {@code --audit-events N}
 * of the log that is verified (300000), {@code --only FIGURE}
 * (rate, records, latency, restart, cost, audit), {@code --latency low|balanced|throughput} of all streams (balanced),
 * {@code --profile FILE} for a flight recording of the allocator.
 */
public final class AllocatorBench {
    private static final Map<String, Figure.Start> FIGURES = figures();

    private AllocatorBench() {}

    public static void main(String[] args) throws Exception {
        Options options =
                new Options(args, Set.of("--rounds", "--events", "--audit-events", "--only", "--latency", "--profile"));
        String only = options.text("--only", "");
        if (!only.isEmpty() && !FIGURES.containsKey(only)) {
            throw new IllegalArgumentException("'" + only + "' is no figure; allowed: " + FIGURES.keySet());
        }
        String profile = options.text("--profile", "");
        Setup setup = new Setup(
                options.number("--rounds", 5),
                options.number("--events", Space.FULL),
                options.number("--audit-events", 300_000),
                Latency.valueOf(options.text("--latency", "balanced").toUpperCase(Locale.ROOT)),
                profile.isEmpty() ? Optional.empty() : Optional.of(profile));
        Log.register();
        List<Comparison> comparisons = new ArrayList<>();
        for (Map.Entry<String, Figure.Start> entry : FIGURES.entrySet()) {
            if (only.isEmpty() || only.equals(entry.getKey())) {
                comparisons.addAll(measure(entry.getValue(), setup));
            }
        }
        System.out.println(Comparison.header("baseline", "Xylem"));
        comparisons.forEach(comparison -> System.out.println(comparison.row()));
    }

    static List<Comparison> measure(Figure.Start start, Setup setup) throws Exception {
        try (Figure figure = start.start(setup)) {
            for (int round = 0; round < setup.rounds(); round++) {
                figure.round(round);
            }
            return figure.comparisons();
        }
    }

    private static Map<String, Figure.Start> figures() {
        Map<String, Figure.Start> figures = new LinkedHashMap<>();
        figures.put("rate", AllocationRate::ofAllocator);
        figures.put("records", AllocationRate::ofStateless);
        figures.put("latency", AllocationLatency::new);
        figures.put("restart", Restart::new);
        figures.put("cost", setup -> new AllocationCost());
        figures.put("audit", Verification::new);
        return figures;
    }
}
