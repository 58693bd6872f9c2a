package io.xylem.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * TCP throughput and round trip through a service IP, Xylem against the kernel's VXLAN + DNAT. The modes take turns, and
 * each round gives one ratio, so that a machine whose speed drifts does not tilt the result.
 *
 * <p>Arguments: {@code --rounds N} (5), {@code --seconds N} a throughput figure (3).
 */
public final class DataPlaneBench {
    private interface Measure {
        double of(Mode mode) throws IOException;
    }

    private record Figure(String name, String unit, Measure measure) {}

    private DataPlaneBench() {}

    public static void main(String[] args) throws IOException {
        int rounds = option(args, "--rounds", 5);
        int seconds = option(args, "--seconds", 3);
        List<Figure> figures = List.of(
                new Figure("TCP, 1 stream", "Gb/s", mode -> Throughput.gbps(mode, 1, seconds)),
                new Figure("TCP, 4 streams", "Gb/s", mode -> Throughput.gbps(mode, 4, seconds)),
                new Figure("round trip p50", "us", RoundTrip::p50Micros));
        try (Mode kernel = new KernelMode();
                Mode user = new UserMode()) {
            double[][] baseline = new double[figures.size()][rounds];
            double[][] measured = new double[figures.size()][rounds];
            for (int round = 0; round < rounds; round++) {
                for (int f = 0; f < figures.size(); f++) {
                    Figure figure = figures.get(f);
                    baseline[f][round] = figure.measure().of(kernel);
                    measured[f][round] = figure.measure().of(user);
                    System.err.printf(
                            Locale.ROOT,
                            "round %d of %d: %s: %.2f, %.2f %s%n",
                            round + 1,
                            rounds,
                            figure.name(),
                            baseline[f][round],
                            measured[f][round],
                            figure.unit());
                }
            }
            print(figures, kernel.name(), baseline, user.name(), measured);
        }
    }

    private static void print(
            List<Figure> figures, String baselineName, double[][] baseline, String name, double[][] measured) {
        System.out.printf(
                "| figure | %s | %s | ratio: median (min-max) of %d rounds |%n",
                baselineName, name, baseline[0].length);
        System.out.println("|---|---|---|---|");
        for (int f = 0; f < figures.size(); f++) {
            List<Double> ratios = new ArrayList<>();
            for (int round = 0; round < baseline[f].length; round++) {
                ratios.add(measured[f][round] / baseline[f][round]);
            }
            double[] sorted =
                    ratios.stream().mapToDouble(ratio -> ratio).sorted().toArray();
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f %s | %.2f %s | %.3f (%.3f-%.3f) |%n",
                    figures.get(f).name(),
                    median(baseline[f]),
                    figures.get(f).unit(),
                    median(measured[f]),
                    figures.get(f).unit(),
                    median(sorted),
                    sorted[0],
                    sorted[sorted.length - 1]);
        }
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static int option(String[] args, String name, int otherwise) {
        for (int i = 0; i + 1 < args.length; i++) {
            if (args[i].equals(name)) {
                return Integer.parseInt(args[i + 1]);
            }
        }
        return otherwise;
    }
}
