package io.xylem.cli.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A program of the system, run to its end. */
final class Tool {
    private Tool() {}

    /** Runs it with {@code input} on its standard input and returns what it printed. @throws ClusterException with its own words if it fails */
    static String run(String input, List<String> command) throws ClusterException {
        try {
            var process = new ProcessBuilder(command).redirectErrorStream(true).start();
            // The inputs are a few lines and fit the pipe: no second thread is needed.
            try (var in = process.getOutputStream()) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int status = process.waitFor();
            if (status != 0) {
                throw new ClusterException(
                        "`" + String.join(" ", command) + "` ended with status " + status + ": " + output);
            }
            return output;
        } catch (ClusterException e) {
            throw e;
        } catch (IOException e) {
            throw new ClusterException("cannot run `" + command.getFirst() + "`: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("interrupted while `" + String.join(" ", command) + "` ran", e);
        }
    }

    static String run(String... command) throws ClusterException {
        return run("", List.of(command));
    }
}
