package io.xylem.cli.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * One start of a cluster. What waits for what:
 *
 * <pre>
 *  broker ────► topics ───┬──► allocator, routing
 *  registry ──► schemas ──┼──► workers
 *  underlay ──────────────┘
 * </pre>
 *
 * A process that runs already stays as it is. When a step fails the others give up, and what was started here ends.
 */
final class ClusterStart {
    /** A busy machine with two processors needs a tenth of it. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

    private final Path dir;
    private final ClusterState cluster;
    private final ClusterProcesses processes;
    private final Progress progress;
    private final Map<String, Child> running = new ConcurrentSkipListMap<>();
    private final List<Child> startedHere = new ArrayList<>();

    ClusterStart(Path dir, ClusterState cluster, Progress progress) {
        this.dir = dir;
        this.cluster = cluster;
        this.processes = new ClusterProcesses(dir, cluster);
        this.progress = progress;
        cluster.processes().stream().filter(Child::alive).forEach(child -> running.put(child.name(), child));
    }

    /** @return the cluster with its processes, all of them ready */
    ClusterState run() throws ClusterException {
        var steps = new Steps();
        Steps.Step broker = steps.go(this::broker);
        Steps.Step registry = steps.go(this::registry);
        Steps.Step underlay = steps.go(this::underlay);
        Steps.Step topics = steps.go(() -> {
            broker.await();
            progress.done("topics", ClusterTopics.create(cluster.bootstrap()));
        });
        Steps.Step schemas = steps.go(() -> {
            registry.await();
            progress.done("schemas", ClusterTopics.registerSchemas(cluster.registryUrl()));
        });
        steps.go(() -> {
            topics.await();
            application(
                    ClusterProcesses.ALLOCATOR,
                    processes.allocator(),
                    cluster.ports().allocator());
        });
        steps.go(() -> {
            topics.await();
            application(
                    ClusterProcesses.ROUTING,
                    processes.routing(),
                    cluster.ports().routing());
        });
        for (ClusterState.Worker worker : cluster.workers()) {
            steps.go(() -> {
                topics.await();
                schemas.await();
                underlay.await();
                application(ClusterProcesses.worker(worker.name()), processes.worker(worker), worker.httpPort());
            });
        }
        try {
            steps.join();
        } catch (ClusterException | RuntimeException e) {
            // In the reverse order: an application that loses its broker first waits for it.
            startedHere.reversed().forEach(child -> child.stop(STOP_PATIENCE));
            throw e;
        }
        return cluster.with(List.copyOf(running.values()));
    }

    private void broker() throws ClusterException {
        Child child = child(ClusterProcesses.BROKER, processes.broker());
        // A KRaft node opens its port when it is ready for requests.
        await(child, () -> accepts(cluster.ports().broker()));
        progress.done(child.name(), cluster.bootstrap());
    }

    private void registry() throws ClusterException {
        // It is the slowest, so it starts beside the broker and waits for it by itself.
        Child child = child(ClusterProcesses.REGISTRY, processes.registry());
        await(child, () -> RegistryCommand.isReady(cluster.ports().registry()));
        progress.done(child.name(), cluster.registryUrl());
    }

    private void underlay() throws ClusterException {
        if (cluster.workers().isEmpty()) {
            return;
        }
        var underlay = new Underlay(cluster.id());
        underlay.addSwitch();
        for (ClusterState.Worker worker : cluster.workers()) {
            underlay.addWorker(worker.name(), worker.number());
        }
        progress.done("underlay", cluster.workers().size() + " worker namespaces, " + underlay.namespace("*"));
    }

    private void application(String name, List<String> command, int httpPort) throws ClusterException {
        Child child = child(name, command);
        String url = "http://127.0.0.1:" + httpPort;
        await(child, () -> LocalHttp.isOk(url + "/health/ready"));
        progress.done(name, url);
    }

    private Child child(String name, List<String> command) throws ClusterException {
        Child alive = running.get(name);
        if (alive != null) {
            return alive;
        }
        Child child = Child.start(name, command, processes.log(name));
        synchronized (startedHere) {
            startedHere.add(child);
            running.put(name, child);
            // At once: `down` must find it even if this command is killed.
            cluster.with(List.copyOf(running.values())).write(dir);
        }
        return child;
    }

    private static void await(Child child, Await.Condition<ClusterException> ready) throws ClusterException {
        boolean inTime = Await.until(PATIENCE, () -> {
            if (!child.alive()) {
                throw new ClusterException(
                        child.name() + " ended while it started; the end of " + child.log() + ":\n" + child.tail());
            }
            return ready.holds();
        });
        if (!inTime) {
            throw new ClusterException(child.name() + " was not ready within " + PATIENCE.toSeconds()
                    + " s; the end of " + child.log() + ":\n" + child.tail());
        }
    }

    private static boolean accepts(int port) {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false; // not there yet
        }
    }
}
