package io.xylem.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What roles say at {@code /metrics}, and what queries in PromQL would not find in it. */
public final class Exported {
    private static final Pattern SERIES = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern SELECTOR = Pattern.compile("([a-zA-Z_:][\\w:]*)?\\s*\\{([^}]*)}");
    private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"");
    private static final Pattern GROUPING =
            Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\(([^)]*)\\)");
    private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");
    private static final Pattern NAME = Pattern.compile("(?<![\\w$.])[a-zA-Z_:][\\w:]*(?!\\w)(?!\\s*\\()");
    private static final Set<String> WORDS = Set.of("and", "or", "unless", "bool", "offset");

    /** What Prometheus adds. */
    private static final Set<String> OF_PROMETHEUS = Set.of("job", "instance");

    private final Map<String, List<Map<String, String>>> series = new HashMap<>();

    /** @param answers of one role each, in Prometheus' text form */
    public Exported(String... answers) {
        Arrays.stream(answers)
                .flatMap(String::lines)
                .filter(line -> !line.startsWith("#"))
                .map(SERIES::matcher)
                .filter(Matcher::matches)
                .forEach(line -> {
                    Map<String, String> labels = new HashMap<>();
                    if (line.group(2) != null) {
                        LABEL.matcher(line.group(2)).results().forEach(one -> labels.put(one.group(1), one.group(2)));
                    }
                    series.computeIfAbsent(line.group(1), _ -> new ArrayList<>())
                            .add(labels);
                });
    }

    /**
     * @param shown labels that are shown or grouped by outside of the query
     * @return what is asked for and not exported, in words; with a {@code $variable}, a label's value may be any
     */
    public List<String> missing(String query, Set<String> shown) {
        List<String> missing = new ArrayList<>();
        Set<String> metrics = new HashSet<>();
        SELECTOR.matcher(query).results().forEach(selector -> {
            String metric = selector.group(1);
            if (metric == null) {
                missing.add("a selector without a name");
            } else {
                metrics.add(metric);
                MATCHER.matcher(selector.group(2))
                        .results()
                        .filter(by ->
                                series.containsKey(metric) && !matches(metric, by.group(1), by.group(2), by.group(3)))
                        .forEach(by -> missing.add(metric + " with " + by.group()));
            }
        });
        String rest = SELECTOR.matcher(query).replaceAll(" ");
        Set<String> grouped = new HashSet<>();
        GROUPING.matcher(rest)
                .results()
                .flatMap(labels -> Arrays.stream(labels.group(1).split(",", -1)))
                .map(String::strip)
                .filter(label -> !label.isEmpty())
                .forEach(grouped::add);
        rest = RANGE.matcher(GROUPING.matcher(rest).replaceAll(" ")).replaceAll(" ");
        NAME.matcher(rest)
                .results()
                .map(found -> found.group())
                .filter(name -> !WORDS.contains(name))
                .forEach(metrics::add);

        metrics.stream().filter(metric -> !series.containsKey(metric)).forEach(missing::add);
        if (metrics.isEmpty()) {
            missing.add("any metric");
        }
        Set<String> labels = new HashSet<>(OF_PROMETHEUS);
        metrics.stream()
                .flatMap(metric -> series.getOrDefault(metric, List.of()).stream())
                .forEach(one -> labels.addAll(one.keySet()));
        // An aggregation drops the labels that it does not name.
        Set<String> left = grouped.isEmpty() ? labels : grouped;
        Stream.concat(
                        grouped.stream().filter(label -> !labels.contains(label)),
                        shown.stream().filter(label -> !left.contains(label)))
                .map(label -> metrics + " by " + label)
                .forEach(missing::add);
        return missing.stream().map(what -> what + "  <-  " + query).toList();
    }

    private boolean matches(String metric, String label, String operator, String value) {
        boolean isAny = value.contains("$");
        if (OF_PROMETHEUS.contains(label)) {
            return isAny;
        }
        Pattern wanted = Pattern.compile(isAny ? ".*" : operator.contains("~") ? value : Pattern.quote(value));
        return series.getOrDefault(metric, List.of()).stream()
                .anyMatch(labels -> labels.containsKey(label)
                        && wanted.matcher(labels.getOrDefault(label, "")).matches());
    }
}
