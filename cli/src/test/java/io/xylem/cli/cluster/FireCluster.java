package io.xylem.cli.cluster;

import static org.awaitility.Awaitility.await;

import io.xylem.schemas.TopicAdmin;
import io.xylem.schemas.Topics;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;

/** A broker of its own, and allocators, all as processes that can be killed. The registry is somebody else's. */
final class FireCluster implements AutoCloseable {
    static final int PARTITIONS = 2;
    static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path dir;
    private final String registryUrl;
    private final FreePorts ports = new FreePorts();
    private final int port = ports.next();
    private final int controllerPort = ports.next();
    private final Map<String, Integer> httpPorts = new HashMap<>();
    private final Map<String, Child> allocators = new HashMap<>();
    private Child broker;

    FireCluster(Path dir, String registryUrl) throws IOException {
        this.dir = dir;
        this.registryUrl = registryUrl;
        this.broker = startBroker();
        try (Admin admin = admin()) {
            var _ = new TopicAdmin(admin, new TopicAdmin.Layout(PARTITIONS, 1)).create();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** For a log that is copied: its events keep the times that they had. */
    void keepTimes() throws Exception {
        var topic = new ConfigResource(ConfigResource.Type.TOPIC, Topics.DEPLOYMENT_EVENTS.name());
        var createTime = new ConfigEntry(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime");
        try (Admin admin = admin()) {
            var _ = admin.incrementalAlterConfigs(
                            Map.of(topic, List.of(new AlterConfigOp(createTime, AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
    }

    Map<String, Object> clients() {
        return Map.of("bootstrap.servers", "127.0.0.1:" + port, "schema.registry.url", registryUrl);
    }

    private Admin admin() {
        return Admin.create(clients());
    }

    private Child startBroker() throws ClusterException {
        Child child = Child.start(
                "broker",
                Installation.java(
                        512,
                        List.of("-XX:TieredStopAtLevel=1"),
                        BrokerMain.class.getName(),
                        dir.resolve("broker").toString(),
                        Integer.toString(port),
                        Integer.toString(controllerPort)),
                dir.resolve("broker.log"));
        await("the broker's port").atMost(PATIENCE).until(() -> {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                return true;
            } catch (IOException e) {
                return false;
            }
        });
        return child;
    }

    void restartBroker() throws ClusterException {
        broker.stop(Duration.ofSeconds(30));
        broker = startBroker();
    }

    /**
     * Starts it, or starts it again with its state, and does not wait.
     *
     * @param settings beside those of the cluster
     */
    void startAllocator(String name, Map<String, String> settings) throws IOException {
        int http = httpPorts.computeIfAbsent(name, any -> free());
        var properties = new Properties();
        properties.putAll(clients());
        properties.put("auto.register.schemas", "false");
        properties.put("xylem.http.listen", "127.0.0.1:" + http);
        properties.put("state.dir", dir.resolve(name).toString());
        properties.putAll(settings);
        Path file = dir.resolve(name + ".properties");
        try (Writer out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        }
        allocators.put(
                name,
                Child.start(
                        name,
                        Installation.java(
                                256,
                                List.of("-XX:TieredStopAtLevel=1"),
                                "io.xylem.allocator.AllocatorMain",
                                "--config",
                                file.toString()),
                        dir.resolve(name + ".log")));
    }

    private int free() {
        try {
            return ports.next();
        } catch (ClusterException e) {
            throw new IllegalStateException(e);
        }
    }

    /** It has its tasks, and works. */
    boolean isReady(String allocator) {
        return LocalHttp.isOk("http://127.0.0.1:" + httpPorts.get(allocator) + "/health/ready");
    }

    /** SIGKILL; returns when it is gone. */
    void kill(String allocator) {
        Child child = allocators.get(allocator);
        if (child == null || !child.alive()) {
            throw new IllegalStateException(allocator + " ended by itself: " + (child == null ? "" : child.tail()));
        }
        ProcessHandle.of(child.pid()).ifPresent(ProcessHandle::destroyForcibly);
        await("the end of " + allocator).atMost(PATIENCE).until(() -> !child.alive());
    }

    /** In order: what they do is committed. */
    void endAllocators() {
        allocators.values().forEach(child -> child.stop(PATIENCE));
    }

    @Override
    public void close() {
        allocators.values().forEach(child -> child.stop(Duration.ZERO));
        broker.stop(Duration.ofSeconds(10));
    }
}
