package io.xylem.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Modes against one baseline under the same conditions, figure by figure; in each round all take their turn at each. */
final class Series {
    interface Measure {
        double of(Mode mode) throws IOException;
    }

    /** @param key its name as an argument */
    record Figure(String key, String name, String unit, Measure measure) {}

    private final String title;
    private final Mode baseline;
    private final List<Figure> figures = new ArrayList<>();
    private final Map<Mode, Map<Figure, Comparison>> comparisons = new LinkedHashMap<>();

    /** @param title stands above its tables */
    Series(String title, Mode baseline) {
        this.title = title;
        this.baseline = baseline;
    }

    /** @param goals what the ratios must reach, for people, figure by figure; what is not in them is not measured */
    Series add(Mode measured, List<Figure> all, Map<String, String> goals) {
        Map<Figure, Comparison> rows = new LinkedHashMap<>();
        for (Figure figure : all) {
            String goal = goals.get(figure.key);
            if (goal != null) {
                rows.put(figure, new Comparison(figure.name, figure.unit, goal));
                if (!figures.contains(figure)) {
                    figures.add(figure);
                }
            }
        }
        comparisons.put(measured, rows);
        return this;
    }

    /** Once each, until the compiler has seen it. */
    void warmUp() throws IOException {
        for (Figure figure : figures) {
            for (Map.Entry<Mode, Map<Figure, Comparison>> mode : comparisons.entrySet()) {
                if (mode.getValue().containsKey(figure)) {
                    figure.measure.of(mode.getKey());
                }
            }
        }
    }

    void round() throws IOException {
        System.err.println(title);
        for (Figure figure : figures) {
            double ofBaseline = measured(figure, baseline);
            for (Map.Entry<Mode, Map<Figure, Comparison>> mode : comparisons.entrySet()) {
                Comparison comparison = mode.getValue().get(figure);
                if (comparison != null) {
                    System.err.print(mode.getKey().name() + ": ");
                    comparison.add(ofBaseline, measured(figure, mode.getKey()));
                }
            }
        }
    }

    private static double measured(Figure figure, Mode mode) throws IOException {
        mode.prepare();
        return figure.measure.of(mode);
    }

    void print() {
        comparisons.forEach((mode, rows) -> {
            System.out.println("\n" + title + "\n\n" + Comparison.header(baseline.name(), mode.name()));
            rows.values().forEach(row -> System.out.println(row.row()));
        });
    }
}
