package io.xylem.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** One figure of a baseline and of Xylem, round by round; each round gives one ratio. */
final class Comparison {
    private final String figure;
    private final String unit;
    private final String goal;
    private final List<Double> baseline = new ArrayList<>();
    private final List<Double> measured = new ArrayList<>();

    /** @param goal what the ratio must reach, for people; may be empty */
    Comparison(String figure, String unit, String goal) {
        this.figure = figure;
        this.unit = unit;
        this.goal = goal;
    }

    void add(double ofBaseline, double ofXylem) {
        baseline.add(ofBaseline);
        measured.add(ofXylem);
        System.err.printf(
                Locale.ROOT,
                "round %d: %s: %.2f, %.2f %s (%.3f)%n",
                baseline.size(),
                figure,
                ofBaseline,
                ofXylem,
                unit,
                ofXylem / ofBaseline);
    }

    static String header(String baselineName, String xylemName) {
        return "| figure | " + baselineName + " | " + xylemName + " | ratio: median (min-max) of the rounds | goal |\n"
                + "|---|---|---|---|---|";
    }

    /** A row under {@link #header}: the medians, and the median of the ratios, which is not the ratio of the medians. */
    String row() {
        double[] ratios = new double[baseline.size()];
        for (int round = 0; round < ratios.length; round++) {
            ratios[round] = measured.get(round) / baseline.get(round);
        }
        Arrays.sort(ratios);
        return String.format(
                Locale.ROOT,
                "| %s | %.2f %s | %.2f %s | %.3f (%.3f-%.3f) of %d | %s |",
                figure,
                median(values(baseline)),
                unit,
                median(values(measured)),
                unit,
                median(ratios),
                ratios[0],
                ratios[ratios.length - 1],
                ratios.length,
                goal);
    }

    static double median(double[] values) {
        return percentile(values, 0.5);
    }

    /** The least value that at least this part of all values does not exceed. */
    static double percentile(double[] values, double part) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.ceil(part * sorted.length) - 1];
    }

    private static double[] values(List<Double> list) {
        return list.stream().mapToDouble(value -> value).toArray();
    }
}
