package io.xylem.cli;

import io.xylem.cli.cluster.Progress;
import java.io.PrintWriter;
import java.util.Locale;

/** One line a step, with the seconds since the first. */
final class ProgressLines implements Progress {
    private final PrintWriter err;
    private final long startNs = System.nanoTime();

    ProgressLines(PrintWriter err) {
        this.err = err;
    }

    @Override
    public synchronized void done(String step, String detail) {
        double seconds = (System.nanoTime() - startNs) / 1e9;
        err.println(String.format(Locale.ROOT, "%5.1f s  %-12s %s", seconds, step, detail));
        err.flush();
    }
}
