package io.xylem.bench;

import io.xylem.proxy.linux.NetworkNamespace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Runs programs inside network namespaces: one started on a thread that has entered a namespace lives in it. */
final class Commands {
    record Result(int status, String output) {}

    private Commands() {}

    static Result run(NetworkNamespace namespace, String... command) throws IOException {
        return namespace.call(() -> {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        });
    }

    /** A batch of {@code ip} lines. @throws IOException with the program's own words */
    static void ip(NetworkNamespace namespace, String... lines) throws IOException {
        for (String line : lines) {
            check(namespace, ("ip " + line).split(" "));
        }
    }

    static String check(NetworkNamespace namespace, String... command) throws IOException {
        Result result = run(namespace, command);
        if (result.status() != 0) {
            throw new IOException(List.of(command) + " in " + namespace + " failed: " + result.output());
        }
        return result.output();
    }

    static Process start(NetworkNamespace namespace, String... command) throws IOException {
        return namespace.call(() -> new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start());
    }
}
