package io.xylem.cli;

import io.xylem.cli.cluster.DevCluster;
import io.xylem.cli.cluster.Progress;
import io.xylem.cli.demo.Demo;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        description = {
            "Plays the example of the address plan in a cluster of its own: a service with two instances on one worker, a"
                    + " client on another, real requests over IPv4 and IPv6, a migration. Takes less than a minute.",
            "It cleans up after itself. Exit status 0 if all came out as documented, else 1 with what did not."
        },
        mixinStandardHelpOptions = true)
final class DemoCommand extends BaseCommand {
    private static final int CLEANING_PATIENCE_S = 60;

    @Option(names = "--keep", description = "Leave the cluster running afterwards, to look around.")
    private boolean keep;

    @Override
    public Integer call() throws IOException {
        Path dir = Files.createTempDirectory("xylem-demo-");
        var cluster = new DevCluster(dir);
        var cleaned = new CountDownLatch(1);
        Thread player = Thread.currentThread();
        var interrupted = new Thread(() -> {
            // Ctrl-C: the player stops where it is and cleans up; the JVM ends when it has.
            player.interrupt();
            await(cleaned);
        });
        Runtime.getRuntime().addShutdownHook(interrupted);
        long startNs = System.nanoTime();
        try {
            new Demo(out()).play(cluster, new ProgressLines(out()));
            out().printf(
                            "%nAll came out as documented, in %d s.%n",
                            TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNs));
            return 0;
        } finally {
            // An interruption has done its work; cleaning must be able to wait.
            boolean _ = Thread.interrupted();
            end(cluster, dir);
            cleaned.countDown();
        }
    }

    private void end(DevCluster cluster, Path dir) throws IOException {
        if (keep) {
            out().println("The cluster stays: xylem status --dir " + dir + "; xylem down --dir " + dir);
            return;
        }
        var _ = cluster.down(Progress.SILENT);
        delete(dir);
        out().println("Cleaned up.");
    }

    static void delete(Path dir) throws IOException {
        Files.walkFileTree(dir, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException fault) throws IOException {
                if (fault != null) {
                    throw fault;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void await(CountDownLatch cleaned) {
        try {
            if (!cleaned.await(CLEANING_PATIENCE_S, TimeUnit.SECONDS)) {
                System.err.println("xylem: the demo's processes did not end within " + CLEANING_PATIENCE_S + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
