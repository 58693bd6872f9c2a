package io.xylem.cli.cluster;

import io.xylem.broker.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** The processes of a development cluster, each of which can be ended in order and started again in another version. */
public final class ChangingProcesses implements AutoCloseable {
    public static final Duration PATIENCE = Duration.ofMinutes(4);

    private static final int TAIL_LINES = 40;

    private final long startedNs;
    private final Path dir;
    private final ClusterState state;
    private final Map<String, List<String>> commands = new HashMap<>();
    private final Map<String, String> urls = new HashMap<>();
    private final Map<String, Child> running = new TreeMap<>();

    private ChangingProcesses(long startedNs, Path dir, ClusterState state) {
        this.startedNs = startedNs;
        this.dir = dir;
        this.state = state;
    }

    /** {@code xylem up} of that version. The namespaces are {@link DevCluster#down}'s to remove. */
    public static ChangingProcesses up(Path dir, Release release, int workers)
            throws IOException, InterruptedException {
        long startedNs = System.nanoTime();
        Path log = dir.resolve("up.log");
        List<String> command = Installation.java(
                128,
                List.of("-XX:TieredStopAtLevel=1", "-Dxylem.home=" + System.getProperty("xylem.home")),
                "io.xylem.cli.Xylem",
                "up",
                "--workers",
                Integer.toString(workers),
                "--dir",
                dir.toString());
        int status = new ProcessBuilder(release.of(command))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        if (status != 0) {
            throw new AssertionError(
                    "`up` of the " + release.name() + " version ended with " + status + ":\n" + Files.readString(log));
        }
        ClusterState state = ClusterState.read(dir).orElseThrow();
        var processes = new ChangingProcesses(startedNs, dir, state);
        for (Child child : state.processes()) {
            processes.running.put(child.name(), child);
            // ProcessHandle tells no arguments when they are longer than a page, as a class path is.
            String line = Files.readString(Path.of("/proc/" + child.pid() + "/cmdline"));
            processes.commands.put(child.name(), Arrays.asList(line.split("\0", 0)));
        }
        processes.urls.put(
                ClusterProcesses.ALLOCATOR, "http://127.0.0.1:" + state.ports().allocator());
        processes.urls.put(ClusterProcesses.ROUTING, state.routingUrl());
        state.workers().forEach(worker -> processes.urls.put(ClusterProcesses.worker(worker.name()), worker.url()));
        processes.say("`up` of the " + release.name() + " version is through");
        return processes;
    }

    public ClusterState cluster() {
        return state;
    }

    /** Lets {@code name} be started as {@code like} is, with a port and a state of its own. @return its state's directory */
    public Path add(String name, String like) throws IOException {
        Path ownState = dir.resolve("state").resolve(name);
        String listen = "127.0.0.1:" + new FreePorts().next();
        var command = new ArrayList<>(commandOf(like));
        command.addAll(List.of("--override", "state.dir=" + ownState, "--override", "xylem.http.listen=" + listen));
        commands.put(name, command);
        urls.put(name, "http://" + listen);
        return ownState;
    }

    /** From now on it is started with this setting, too. */
    public void configure(String name, String setting) {
        var command = new ArrayList<>(commandOf(name));
        command.addAll(List.of("--override", setting));
        commands.put(name, command);
    }

    private List<String> commandOf(String name) {
        return Objects.requireNonNull(commands.get(name), name);
    }

    /** Waits until it is ready. */
    public void start(String name, Release release) throws ClusterException {
        running.put(
                name,
                Child.start(
                        name,
                        release.of(commandOf(name)),
                        dir.resolve("logs").resolve(name + "-" + release.name() + ".log")));
        await(release.name() + " " + name + " is ready", () -> LocalHttp.isOk(url(name) + "/health/ready"));
        say(release.name() + " " + name + " is ready");
    }

    private void say(String what) {
        System.out.printf("%5.1f s: %s%n", (System.nanoTime() - startedNs) / 1e9, what);
    }

    public String url(String name) {
        return Objects.requireNonNull(urls.get(name), name);
    }

    /** Ends it in order: SIGTERM, and it has time. */
    public void stop(String name) {
        assertAlive();
        Child child = Objects.requireNonNull(running.remove(name), name);
        child.stop(PATIENCE);
        say(name + " has ended");
    }

    public void restart(String name, Release release) throws ClusterException {
        stop(name);
        start(name, release);
    }

    /** As long as all that was started lives. */
    public void await(String what, Callable<Boolean> condition) {
        try {
            Awaitility.await(what).atMost(PATIENCE).until(() -> {
                assertAlive();
                return condition.call();
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + lastWords(), e);
        }
    }

    private void assertAlive() {
        if (!running.values().stream().allMatch(Child::alive)) {
            throw new AssertionError("ended by itself:" + lastWords());
        }
    }

    private String lastWords() {
        return running.values().stream()
                .map(child -> "\n--- " + child.name() + (child.alive() ? " (lives)\n" : " (ended)\n")
                        + child.tail(TAIL_LINES))
                .collect(Collectors.joining());
    }

    @Override
    public void close() {
        List<String> last = List.of(ClusterProcesses.REGISTRY, ClusterProcesses.BROKER);
        running.values().stream()
                .filter(child -> !last.contains(child.name()))
                .forEach(child -> child.stop(Duration.ofSeconds(5)));
        last.stream().map(running::get).filter(Objects::nonNull).forEach(child -> child.stop(Duration.ofSeconds(10)));
    }
}
