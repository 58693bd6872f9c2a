package io.xylem.bench;

import io.xylem.proxy.domain.ChoiceBenchmark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * The choice of an instance for a new flow, against one {@code HashMap.get} in the same JMH run, and against itself with
 * a hundred times as many services: in time, and in look-ups in a {@code HashMap} of as many, which has to wait for memory
 * as well. A round is a fork.
 *
 * <p>Arguments: {@code --rounds N} (3), {@code --ms N} an iteration (500), {@code --policies A,B,…}, {@code --services N,N,…}
 * (100,10000,1000000), {@code --heap MB} (6000).
 */
public final class ChoiceBench {
    private static final String GOAL = "at most 10, aim 4";
    private static final String GOAL_AGAINST_FEWER = "at most 1.3, aim 1.05";

    private ChoiceBench() {}

    public static void main(String[] args) throws RunnerException {
        Options options = new Options(args, Set.of("--rounds", "--ms", "--policies", "--services", "--heap"));
        String[] policies =
                options.text("--policies", "RR,RR+,closest,underutilized,hash").split(",");
        String[] services = options.text("--services", "100,10000,1000000").split(",");
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(ChoiceBenchmark.class.getName())
                        .param("policy", policies)
                        .param("services", services)
                        .forks(options.number("--rounds", 3))
                        .jvmArgs("-Xmx" + options.number("--heap", 6_000) + "m", "-XX:+UseSerialGC")
                        .warmupIterations(3)
                        .warmupTime(TimeValue.milliseconds(options.number("--ms", 500)))
                        .measurementIterations(3)
                        .measurementTime(TimeValue.milliseconds(options.number("--ms", 500)))
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        List<Comparison> againstMap = new ArrayList<>();
        List<Comparison> againstFewer = new ArrayList<>();
        for (String policy : policies) {
            for (int i = 0; i < services.length; i++) {
                List<Double> get = rounds(results, "hashMapGet", policy, services[i]);
                for (String what : List.of("choose", "lookUpAndChoose")) {
                    String figure = what + ", " + policy + ", " + services[i] + " services";
                    List<Double> times = rounds(results, what, policy, services[i]);
                    boolean chooses = what.equals("choose");
                    againstMap.add(comparison(figure, chooses ? GOAL : "", "ns", get, times));
                    if (i > 0) {
                        String goal = chooses ? GOAL_AGAINST_FEWER : "";
                        List<Double> before = rounds(results, what, policy, services[i - 1]);
                        List<Double> getBefore = rounds(results, "hashMapGet", policy, services[i - 1]);
                        againstFewer.add(comparison(figure, goal, "ns", before, times));
                        againstFewer.add(comparison(
                                figure + ", in HashMap.get of as many",
                                goal,
                                "gets",
                                ratios(before, getBefore),
                                ratios(times, get)));
                    }
                }
            }
        }
        for (int i = 1; i < services.length; i++) {
            againstFewer.add(comparison(
                    "HashMap.get, " + services[i] + " services",
                    "",
                    "ns",
                    rounds(results, "hashMapGet", "", services[i - 1]),
                    rounds(results, "hashMapGet", "", services[i])));
        }
        print("HashMap.get", "choice", againstMap);
        print("fewer services", "this many", againstFewer);
    }

    private static void print(String baseline, String measured, List<Comparison> comparisons) {
        System.out.println(Comparison.header(baseline, measured));
        comparisons.forEach(comparison -> System.out.println(comparison.row()));
    }

    private static List<Double> ratios(List<Double> times, List<Double> gets) {
        return IntStream.range(0, times.size())
                .mapToObj(round -> times.get(round) / gets.get(round))
                .toList();
    }

    private static Comparison comparison(
            String figure, String goal, String unit, List<Double> baseline, List<Double> measured) {
        Comparison comparison = new Comparison(figure, unit, goal);
        for (int round = 0; round < baseline.size(); round++) {
            comparison.add(baseline.get(round), measured.get(round));
        }
        return comparison;
    }

    /** The mean time of each fork. */
    private static List<Double> rounds(
            Collection<RunResult> results, String benchmark, String policy, String services) {
        return results.stream()
                .filter(result -> result.getParams().getBenchmark().endsWith("." + benchmark)
                        && (benchmark.equals("hashMapGet")
                                || policy.equals(result.getParams().getParam("policy")))
                        && result.getParams().getParam("services").equals(services))
                .flatMap(result -> result.getBenchmarkResults().stream())
                .map(BenchmarkResult::getPrimaryResult)
                .map(primary -> primary.getScore())
                .toList();
    }
}
