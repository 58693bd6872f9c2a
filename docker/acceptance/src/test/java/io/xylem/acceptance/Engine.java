package io.xylem.acceptance;

import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A container engine of this test's own: see {@code docker/engine}. It lives as long as the pipe to it, so it ends with this
 * process however that ends.
 */
final class Engine implements AutoCloseable {
    /** Thrown where no engine can run at all; says why. */
    static final class Impossible extends Exception {
        private static final long serialVersionUID = 1L;

        Impossible(String why) {
            super(why);
        }
    }

    private static final int CANNOT = 3;
    private static final Path DOCKER = Path.of("..").toAbsolutePath().normalize();

    /** One for this process, since Testcontainers looks for its engine once. Short, as sockets' names must be. */
    private static @Nullable Path dir;

    private static @Nullable Engine running;

    private final URI url;
    private final Process process;

    private Engine(URI url, Process process) {
        this.url = url;
        this.process = process;
    }

    /** Returns when it takes requests; all it says goes to the file. */
    static Engine start(Path log) throws IOException, InterruptedException, Impossible {
        Path place = dir == null ? Files.createTempDirectory("xylem-engine-") : Files.createDirectories(dir);
        dir = place;
        Files.createDirectories(log.toAbsolutePath().getParent());
        Process process = new ProcessBuilder(DOCKER.resolve("engine").toString(), place.toString())
                .redirectError(log.toFile())
                .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        if ("ready".equals(out.readLine())) {
            var engine = new Engine(URI.create("unix://" + place.resolve("docker.sock")), process);
            running = engine;
            return engine;
        }
        int exit = process.waitFor();
        List<String> said = Files.readAllLines(log);
        if (exit == CANNOT) {
            throw new Impossible(said.getLast() + "; all it said is in " + log);
        }
        throw new IOException("the container engine ended with " + exit + ":\n" + String.join("\n", said));
    }

    static Engine running() {
        if (running == null) {
            throw new IllegalStateException("no engine was started");
        }
        return running;
    }

    static boolean isRunning() {
        return running != null;
    }

    URI url() {
        return url;
    }

    /** The images of everything, a broker and a registry among them; nothing is pulled. */
    void buildImages(Path log) throws IOException, InterruptedException, Impossible {
        int exit = run(log, DOCKER.resolve("build").toString(), "--local");
        if (exit == CANNOT) {
            throw new Impossible("the images' packages can't be had; all that was said is in " + log);
        }
        if (exit != 0) {
            throw new IOException("the images can't be built:\n" + Files.readString(log));
        }
    }

    /** Runs a command that talks to this engine; all it says goes to the file. */
    int run(Path log, String... command) throws IOException, InterruptedException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(Redirect.to(log.toFile()));
        builder.environment()
                .putAll(Map.of("DOCKER_HOST", url().toString(), "JAVA_HOME", System.getProperty("java.home")));
        return builder.start().waitFor();
    }

    @Override
    public void close() throws IOException {
        running = null;
        // When this process ends, Testcontainers asks the engine once more for what it may have left there.
        Thread.setDefaultUncaughtExceptionHandler((thread, fault) -> System.err.println(thread + ": " + fault));
        process.getOutputStream().close(); // which tells it to end and to take everything away
        try {
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
