package io.xylem.cli;

import io.xylem.cli.cluster.ClusterState;
import io.xylem.cli.cluster.DevCluster;
import io.xylem.cli.cluster.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A real broker, a real registry and both streams as processes, without workers: started once a test JVM, because the
 * registry takes its time, and ended with it. Tests keep apart by the names of their services.
 */
public final class SharedCluster {
    private static @Nullable DevCluster cluster;

    private SharedCluster() {}

    static synchronized DevCluster cluster() throws IOException {
        if (cluster == null) {
            Path dir = Files.createTempDirectory("xylem-it-");
            var started = new DevCluster(dir);
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(started)));
            var _ = started.up(List.of(), Progress.SILENT);
            cluster = started;
        }
        return cluster;
    }

    public static ClusterState state() throws IOException {
        return cluster().running().orElseThrow();
    }

    static Map<String, Object> clients() throws IOException {
        return Map.of("bootstrap.servers", state().bootstrap(), "schema.registry.url", state().registryUrl());
    }

    /** Runs a command against it. */
    static Cli.Result run(String... arguments) throws IOException {
        String[] all = java.util.Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--dir";
        all[arguments.length + 1] = cluster().dir().toString();
        return Cli.run(all);
    }

    private static void end(DevCluster started) {
        try {
            started.down(Progress.SILENT);
            DemoCommand.delete(started.dir());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
