package io.xylem.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What the documentation tells operators to watch: the dashboard's queries, and the table in operations.md. */
public final class Watched {
    private static final Path DOCS = Path.of("../docs");
    private static final Pattern SHOWN = Pattern.compile("\\{\\{\\s*(\\w+)\\s*}}");
    private static final Pattern OF_VARIABLE = Pattern.compile("label_values\\((.+),\\s*(\\w+)\\)");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");

    /** @param labels that are shown beside it */
    public record Query(String promQl, Set<String> labels) {}

    private Watched() {}

    static JsonNode dashboard() throws IOException {
        return new ObjectMapper()
                .readTree(DOCS.resolve("grafana-dashboard.json").toFile());
    }

    /** Those of its panels and its variables. */
    public static List<Query> byTheDashboard() throws IOException {
        List<Query> queries = new ArrayList<>();
        JsonNode dashboard = dashboard();
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                queries.add(new Query(
                        target.path("expr").asText(),
                        SHOWN.matcher(target.path("legendFormat").asText())
                                .results()
                                .map(label -> label.group(1))
                                .collect(Collectors.toSet())));
            }
        }
        for (JsonNode variable : dashboard.path("templating").path("list")) {
            OF_VARIABLE
                    .matcher(variable.path("definition").asText())
                    .results()
                    .map(values -> new Query(values.group(1), Set.of(values.group(2))))
                    .forEach(queries::add);
        }
        return queries;
    }

    /** First cells of the table: {@code `a query` by `label`, `label`}, but for paths and commands. */
    public static List<Query> byTheTable() throws IOException {
        String watch = Files.readString(DOCS.resolve("operations.md")).split("## What to watch", -1)[1];
        return watch.lines()
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split(" \\| ", -1)[0])
                .flatMap(Watched::ofCell)
                .toList();
    }

    private static Stream<Query> ofCell(String cell) {
        String[] parts = cell.split("` by `", 2);
        Set<String> labels = parts.length == 1
                ? Set.of()
                : CODE.matcher("`" + parts[1])
                        .results()
                        .map(code -> code.group(1))
                        .collect(Collectors.toSet());
        return CODE.matcher(parts.length == 1 ? cell : parts[0] + "`")
                .results()
                .map((MatchResult code) -> code.group(1))
                .filter(code -> !code.startsWith("/") && !code.startsWith("xylem "))
                .map(code -> new Query(code, labels));
    }
}
