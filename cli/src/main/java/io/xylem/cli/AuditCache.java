package io.xylem.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether a replay may go on from what an earlier verification found clean. */
final class AuditCache {
    @Option(
            names = "--from-start",
            description = "Replays all of the log, and not only what came after the snapshot of the last clean"
                    + " verification.")
    private boolean fromStart;

    /** Where the user's programs keep what can be made again; null: all is replayed. */
    @Nullable
    Path path() {
        if (fromStart) {
            return null;
        }
        @Nullable String configured = System.getenv("XDG_CACHE_HOME");
        Path base = configured == null || configured.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache")
                : Path.of(configured);
        return base.resolve("xylem").resolve("audit");
    }

    /** What both say of it. */
    static String from(long snapshot) {
        return snapshot > 0
                ? "from the snapshot at offset " + snapshot + " (--from-start proves it all)"
                : "from the start";
    }
}
