package io.xylem.proxy.linux;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The {@code nft} command of nftables. */
final class NftCommand {
    private NftCommand() {}

    /**
     * Carries out a script inside the namespace, all of it or nothing.
     *
     * @throws IOException with what {@code nft} said
     */
    static void run(NetworkNamespace namespace, String script) throws IOException {
        namespace.call(() -> {
            // Started on a thread of that namespace, the process inherits it.
            Process process = start(namespace);
            try (var in = process.outputWriter(StandardCharsets.UTF_8)) {
                in.write(script);
            }
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IOException("`nft` in network namespace " + namespace + " refused: " + said.strip()
                        + (said.contains("Operation not permitted")
                                ? "; this needs CAP_NET_ADMIN: run as root, or in a user namespace of your own"
                                        + " (unshare -Urnm)"
                                : ""));
            }
            return null;
        });
    }

    /** Whether it is installed. */
    static boolean isThere() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "nft")));
    }

    private static Process start(NetworkNamespace namespace) throws IOException {
        try {
            return new ProcessBuilder("nft", "-f", "-")
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            throw new IOException(
                    "cannot run `nft` to publish ports or to masquerade in network namespace " + namespace
                            + ": install nftables (Debian: apt install nftables) and see that it is on the PATH",
                    e);
        }
    }
}
