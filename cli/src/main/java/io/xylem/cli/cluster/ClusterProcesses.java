package io.xylem.cli.cluster;

import io.xylem.balancing.Policies;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** The command line of each process of a cluster, and the properties file that it reads. */
final class ClusterProcesses {
    static final String BROKER = "broker";
    static final String REGISTRY = "registry";
    static final String ALLOCATOR = "allocator";
    static final String ROUTING = "routing";

    /** Half of the time to the first answer is the compiler's; these two are not what a development cluster waits for. */
    private static final String COMPILE_LITTLE = "-XX:TieredStopAtLevel=1";

    private final Path dir;
    private final ClusterState cluster;

    ClusterProcesses(Path dir, ClusterState cluster) {
        this.dir = dir;
        this.cluster = cluster;
    }

    static String worker(String name) {
        return "worker-" + name;
    }

    Path log(String process) {
        return dir.resolve("logs").resolve(process + ".log");
    }

    List<String> broker() {
        return Installation.java(
                512,
                List.of(COMPILE_LITTLE),
                BrokerMain.class.getName(),
                dir.resolve("broker").toString(),
                Integer.toString(cluster.ports().broker()),
                Integer.toString(cluster.ports().controller()));
    }

    List<String> registry() throws ClusterException {
        return RegistryCommand.of(
                cluster.bootstrap(), cluster.ports().registry(), cluster.ports().registryManagement());
    }

    List<String> allocator() throws ClusterException {
        return application(
                ALLOCATOR,
                "io.xylem.allocator.AllocatorMain",
                256,
                cluster.ports().allocator(),
                Map.of(Policies.DIRECTORY_SETTING, DevCluster.policies(dir).toString()));
    }

    List<String> routing() throws ClusterException {
        return application(
                ROUTING,
                "io.xylem.routing.RoutingMain",
                256,
                cluster.ports().routing(),
                Map.of(Policies.DIRECTORY_SETTING, DevCluster.policies(dir).toString()));
    }

    List<String> worker(ClusterState.Worker worker) throws ClusterException {
        return application(
                worker(worker.name()),
                "io.xylem.proxy.ProxyMain",
                192,
                worker.httpPort(),
                Map.of(
                        "xylem.worker",
                        worker.name(),
                        "xylem.netns",
                        worker.netns(),
                        "xylem.tunnel.address",
                        worker.underlayAddress(),
                        "xylem.data.dir",
                        dir.resolve("workers").resolve(worker.name()).toString(),
                        Policies.DIRECTORY_SETTING,
                        DevCluster.policies(dir).toString()));
    }

    private List<String> application(String name, String mainClass, int heapMb, int httpPort, Map<String, String> more)
            throws ClusterException {
        var settings = new Properties();
        settings.put("bootstrap.servers", cluster.bootstrap());
        settings.put("schema.registry.url", cluster.registryUrl());
        // Schemas are registered by a step of their own; a program that writes in another one is a mistake.
        settings.put("auto.register.schemas", "false");
        settings.put("xylem.http.listen", "127.0.0.1:" + httpPort);
        settings.put("state.dir", dir.resolve("state").resolve(name).toString());
        settings.putAll(more);
        UserSettings.addTo(settings, dir);
        Path file = dir.resolve("conf").resolve(name + ".properties");
        try {
            Files.createDirectories(file.getParent());
            Files.createDirectories(DevCluster.policies(dir));
            try (Writer out = Files.newBufferedWriter(file)) {
                settings.store(out, "Written by `xylem up`; changes are lost.");
            }
        } catch (IOException e) {
            throw new ClusterException("cannot write " + file + ": " + e.getMessage(), e);
        }
        return Installation.java(heapMb, List.of(), mainClass, "--config", file.toString());
    }
}
