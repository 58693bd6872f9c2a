package io.xylem.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What all commands have: results on standard output, progress and complaints on standard error. */
abstract class BaseCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create(); // picocli puts the real one here

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    final picocli.CommandLine.ParameterException wrongUsage(String message) {
        return new picocli.CommandLine.ParameterException(spec.commandLine(), message);
    }
}
