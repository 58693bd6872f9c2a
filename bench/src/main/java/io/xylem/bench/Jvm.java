package io.xylem.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** A child JVM with this one's class path and a heap of its own; it ends at the latest with this one. */
final class Jvm implements AutoCloseable {
    /** A broker closes its partitions one after the other. */
    private static final int PATIENCE_SECONDS = 180;

    private static final int TAIL_LINES = 30;

    /** As `xylem up` starts its processes. */
    private static final List<String> FLAGS = List.of(
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Xshare:auto",
            "-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.xylem.schemas.avro");

    private final Process process;
    private final Path log;

    private Jvm(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static Jvm start(Path log, int heapMb, List<String> flags, String mainClass, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heapMb + "m");
        command.addAll(FLAGS);
        command.addAll(flags);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
        return new Jvm(process, log);
    }

    /** @throws IllegalStateException with the end of its log, if it has ended */
    void checkAlive() {
        if (!process.isAlive()) {
            throw new IllegalStateException(
                    "a process ended with status " + process.exitValue() + "; its log ends with\n" + tail());
        }
    }

    /** That it has used since its start; in steps of about 10 ms. */
    long processorNs() {
        return process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L);
    }

    String tail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
        } catch (IOException e) {
            return "(" + log + " can't be read: " + e.getMessage() + ")";
        }
    }

    /** Asks it to end in order, and waits for that. */
    @Override
    public void close() {
        process.destroy();
        try {
            process.onExit().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            process.destroyForcibly();
            throw new IllegalStateException(
                    "a process did not end within " + PATIENCE_SECONDS + " s; its log ends with\n" + tail(), e);
        }
    }
}
