package io.xylem.cli.cluster;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A development cluster in one directory: configuration, logs, and all data. It outlives the command that started it,
 * and a stopped one goes on where it was.
 */
public final class DevCluster {
    /** The applications leave their groups and close their stores within it. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(20);

    private final Path dir;

    public DevCluster(Path dir) {
        this.dir = dir.toAbsolutePath().normalize();
    }

    public static Path defaultDir() {
        return Path.of(System.getProperty("user.home"), ".xylem", "cluster");
    }

    public Path dir() {
        return dir;
    }

    /** Where its user puts the jars of balancing policies. */
    public Path policies() {
        return policies(dir);
    }

    static Path policies(Path dir) {
        return dir.resolve("policies");
    }

    /** What is known of it, whether it runs or not; empty if there never was one here. */
    public Optional<ClusterState> state() throws ClusterException {
        return ClusterState.read(dir);
    }

    /** The cluster if all of it runs. */
    public Optional<ClusterState> running() throws ClusterException {
        return state().filter(cluster ->
                !cluster.processes().isEmpty() && cluster.processes().stream().allMatch(Child::alive));
    }

    /**
     * Starts what does not run yet.
     *
     * @param workers names of the workers, added to those that the cluster has
     * @throws ClusterException if a step failed; then nothing that was started here runs any more
     */
    public ClusterState up(List<String> workers, Progress progress) throws ClusterException {
        return up(workers, Map.of(), progress);
    }

    /**
     * The same with settings of the streams and workers, added to those that the cluster has. They reach what is started
     * from now on.
     */
    public ClusterState up(List<String> workers, Map<String, String> settings, Progress progress)
            throws ClusterException {
        try (FileChannel _ = lock()) {
            UserSettings.keep(dir, settings);
            ClusterState planned = plan(workers);
            if (!planned.workers().isEmpty()) {
                Requirements.check();
            }
            planned.write(dir);
            ClusterState started;
            try {
                started = new ClusterStart(dir, planned, progress).run();
            } catch (ClusterException | RuntimeException e) {
                if (planned.processes().stream().noneMatch(Child::alive)) {
                    removeNamespaces(planned);
                }
                throw e;
            }
            started.write(dir);
            return started;
        } catch (ClusterException e) {
            throw e;
        } catch (IOException e) {
            throw new ClusterException("cannot use " + dir + ": " + e.getMessage(), e);
        }
    }

    /** Makes an empty network namespace, e.g. for an instance; {@link #down} removes it. @return its name */
    public String addNamespace(String name) throws ClusterException {
        ClusterState cluster =
                state().orElseThrow(() -> new ClusterException("there is no cluster in " + dir + " to add to"));
        return new Underlay(cluster.id()).addPlain(name);
    }

    /**
     * Ends its processes and removes its namespaces. The data stay.
     *
     * @return the names of the processes that were ended
     */
    public List<String> down(Progress progress) throws ClusterException {
        Optional<ClusterState> known = state();
        if (known.isEmpty()) {
            return List.of();
        }
        ClusterState cluster = known.get();
        var ended = new ArrayList<String>();
        // Who needs another goes first: workers and streams side by side, then the registry, then the broker.
        var steps = new Steps();
        List<String> last = List.of(ClusterProcesses.REGISTRY, ClusterProcesses.BROKER);
        for (Child child : cluster.processes()) {
            if (child.alive() && !last.contains(child.name())) {
                ended.add(child.name());
                steps.go(() -> end(child, progress));
            }
        }
        steps.join();
        for (String name : last) {
            Optional<Child> child = cluster.process(name).filter(Child::alive);
            if (child.isPresent()) {
                ended.add(name);
                end(child.get(), progress);
            }
        }
        removeNamespaces(cluster);
        cluster.with(List.of()).write(dir);
        return ended;
    }

    /** Without workers there are none, and perhaps not even the right to ask. */
    private static void removeNamespaces(ClusterState cluster) throws ClusterException {
        if (!cluster.workers().isEmpty()) {
            new Underlay(cluster.id()).removeAll();
        }
    }

    private static void end(Child child, Progress progress) {
        child.stop(STOP_PATIENCE);
        progress.done(child.name(), "ended");
    }

    /** The known cluster with the wanted workers; ports of what does not run are looked for anew. */
    private ClusterState plan(List<String> wanted) throws ClusterException {
        Optional<ClusterState> before = state();
        String id = before.map(ClusterState::id)
                .orElseGet(() -> HexFormat.of()
                        .toHexDigits((short) ThreadLocalRandom.current().nextInt()));
        var names = new ArrayList<String>();
        before.ifPresent(cluster -> cluster.workers().forEach(worker -> names.add(worker.name())));
        wanted.stream().filter(name -> !names.contains(name)).forEach(names::add);
        if (names.size() > Underlay.MAX_WORKERS) {
            throw new ClusterException("the underlay of a development cluster has room for " + Underlay.MAX_WORKERS
                    + " workers, not " + names.size());
        }
        var planner = new PortPlan(before);
        var workers = new ArrayList<ClusterState.Worker>();
        for (String name : names) {
            workers.add(new ClusterState.Worker(
                    name, workers.size() + 1, new Underlay(id).namespace(name), planner.worker(name)));
        }
        return new ClusterState(
                id,
                planner.ports(),
                workers,
                before.map(ClusterState::processes).orElse(List.of()));
    }

    /** Held until the channel is closed. */
    private FileChannel lock() throws IOException {
        Files.createDirectories(dir);
        var channel = FileChannel.open(dir.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            throw new ClusterException("another command is starting the cluster in " + dir + "; wait for its end");
        }
        return channel;
    }
}
