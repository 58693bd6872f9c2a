package io.xylem.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import picocli.CommandLine;

/** Runs the command in this JVM and keeps what it said. */
public final class Cli {
    public record Result(int status, String out, String err) {
        List<String> lines() {
            return out.lines().toList();
        }
    }

    private Cli() {}

    public static Result run(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        CommandLine line = Xylem.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        int status = line.execute(arguments);
        return new Result(status, out.toString(), err.toString());
    }
}
