package io.xylem.cli.demo;

import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** The table of the address plan: what the documentation promises, and what came out. */
final class AddressTable {
    private record Row(String owner, String what, String expected, String found) {
        boolean isAsExpected() {
            return expected.equals(found);
        }
    }

    private final List<Row> rows = new ArrayList<>();

    void subnet(String owner, String expected, DualPrefix found) {
        rows.add(new Row(owner, "subnet", expected, found.toString()));
    }

    void address(String owner, String what, String expected, DualAddress found) {
        rows.add(new Row(owner, what, expected, found.toString()));
    }

    void print(PrintWriter out) {
        out.printf("    %-10s %-14s %-32s %s%n", "", "", "as it came out", "expected");
        for (Row row : rows) {
            out.printf(
                    "    %-10s %-14s %-32s %s%n",
                    row.owner(), row.what(), row.found(), row.isAsExpected() ? "the same" : row.expected());
        }
    }

    /** @throws DemoException if a row differs from the documentation */
    void check() throws DemoException {
        List<Row> different = rows.stream().filter(row -> !row.isAsExpected()).toList();
        if (!different.isEmpty()) {
            throw new DemoException(different.size() + " of " + rows.size()
                    + " addresses are not those of the address plan: " + different);
        }
    }
}
