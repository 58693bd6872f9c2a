package io.xylem.cli;

import picocli.CommandLine.Option;

/** {@code -o}: how results are printed. */
final class Output {
    enum Format {
        table,
        wide,
        json
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, wide (more columns), or json, which stays as it is from version to version.")
    private Format format = Format.table;

    boolean isJson() {
        return format == Format.json;
    }

    boolean isWide() {
        return format == Format.wide;
    }
}
