package io.xylem.cli.cluster;

import io.xylem.broker.FreePorts;
import io.xylem.cli.Cli;
import io.xylem.schemas.TopicAdmin;
import io.xylem.schemas.Topics;
import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** A broker of its own, and allocators, all as processes that can be killed. The registry is somebody else's. */
final class FireCluster implements AutoCloseable {
    static final int PARTITIONS = 2;

    /** Longer than a Kafka client itself waits for an answer that a restarted broker will not give: 1 and 2 minutes. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    /** A stack trace of Kafka Streams and what led to it. */
    private static final int TAIL_LINES = 80;

    private final Path dir;
    private final String registryUrl;
    private final int partitions;
    private final FreePorts ports = new FreePorts();
    private final int port = ports.next();
    private final int controllerPort = ports.next();
    private final Map<String, Integer> httpPorts = new HashMap<>();
    private final Map<String, Child> allocators = new HashMap<>();
    private Child broker;

    FireCluster(Path dir, String registryUrl) throws IOException {
        this(dir, registryUrl, PARTITIONS, List.of());
    }

    /** @param first topics that are made before the catalogue's, which then leaves them as they are */
    private FireCluster(Path dir, String registryUrl, int partitions, List<NewTopic> first) throws IOException {
        this.dir = dir;
        this.registryUrl = registryUrl;
        this.partitions = partitions;
        this.broker = startBroker();
        try (Admin admin = admin()) {
            admin.createTopics(first)
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            var _ = new TopicAdmin(admin, new TopicAdmin.Layout(partitions, 1)).create();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * For a log that is copied: its events keep the times that they had. The topic is made so, because a broker may take
     * some records still in the old way after it has said that it changed a topic.
     */
    static FireCluster keepingTimes(Path dir, String registryUrl, int partitions) throws IOException {
        var createTime = Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime");
        return new FireCluster(
                dir,
                registryUrl,
                partitions,
                List.of(new NewTopic(Topics.DEPLOYMENT_EVENTS.name(), partitions, (short) 1).configs(createTime)));
    }

    int partitions() {
        return partitions;
    }

    Map<String, Object> clients() {
        return Map.of("bootstrap.servers", bootstrap(), "schema.registry.url", registryUrl);
    }

    private String bootstrap() {
        return "127.0.0.1:" + port;
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
        Awaitility.await("the broker's port").atMost(PATIENCE).until(() -> {
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
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** It has its tasks, and works. */
    boolean isReady(String allocator) {
        return LocalHttp.isOk("http://127.0.0.1:" + httpPorts.get(allocator) + "/health/ready");
    }

    /** Waits as long as all that was started lives. Whatever ends by itself fails the test at once, with its last words. */
    void await(String what, Callable<Boolean> condition) {
        try {
            Awaitility.await(what)
                    .pollInSameThread()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(10))
                    .atMost(PATIENCE)
                    .until(() -> {
                        assertAlive();
                        return condition.call();
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + whatTheyDo() + lastWords(processes()), e);
        }
    }

    /** First what a hung one waits for, which its log does not say. */
    private String whatTheyDo() {
        var text = new StringBuilder();
        allocators.forEach((name, child) -> {
            text.append("\n--- ").append(name).append(isReady(name) ? " is ready\n" : " is not ready\n");
            if (child.alive()) {
                text.append(streamThreads(child.pid()));
            }
        });
        return text.toString();
    }

    private static String streamThreads(long pid) {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        try {
            Process dump = new ProcessBuilder(jcmd, Long.toString(pid), "Thread.print")
                    .redirectErrorStream(true)
                    .start();
            String all = new String(dump.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return Arrays.stream(all.split("\n\n", -1))
                    .filter(thread -> thread.contains("StreamThread") || thread.contains("StateUpdater"))
                    .collect(Collectors.joining("\n\n"));
        } catch (IOException e) {
            return "(no threads of " + pid + ": " + e.getMessage() + ")";
        }
    }

    /** Nothing may crash that was not killed: a supervisor that starts it again would only hide it. */
    void assertAlive() {
        List<Child> ended = processes().filter(child -> !child.alive()).toList();
        if (!ended.isEmpty()) {
            throw new AssertionError("ended by itself:" + lastWords(ended.stream()));
        }
    }

    private Stream<Child> processes() {
        return Stream.concat(Stream.of(broker), allocators.values().stream());
    }

    private static String lastWords(Stream<Child> processes) {
        var text = new StringBuilder();
        processes.forEach(child -> text.append("\n--- ")
                .append(child.name())
                .append(child.alive() ? " (lives)\n" : " (ended)\n")
                .append(child.tail(TAIL_LINES)));
        return text.toString();
    }

    /** SIGKILL; returns when it is gone. */
    void kill(String allocator) {
        assertAlive();
        Child child = started(allocator);
        allocators.remove(allocator);
        ProcessHandle.of(child.pid()).ifPresent(ProcessHandle::destroyForcibly);
        await("the end of " + allocator, () -> !child.alive());
    }

    private Child started(String allocator) {
        Child child = allocators.get(allocator);
        if (child == null) {
            throw new IllegalArgumentException(allocator + " was not started; running: " + allocators.keySet());
        }
        return child;
    }

    /** SIGSTOP: to the broker and to the others it is as if it were dead, until it is resumed and believes it is not. */
    void pause(String allocator) throws IOException, InterruptedException {
        signal("STOP", allocator);
    }

    void resume(String allocator) throws IOException, InterruptedException {
        signal("CONT", allocator);
    }

    private void signal(String name, String allocator) throws IOException, InterruptedException {
        long pid = started(allocator).pid();
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IOException("kill -" + name + " " + pid + " ended with " + status);
        }
    }

    /** In order: what they do is committed. */
    void endAllocators() {
        assertAlive();
        allocators.values().forEach(child -> child.stop(PATIENCE));
        allocators.clear();
    }

    /** The command against this cluster. */
    Cli.Result audit(String... arguments) {
        List<String> all = new ArrayList<>(List.of("audit"));
        all.addAll(Arrays.asList(arguments));
        all.addAll(List.of("--bootstrap", bootstrap(), "--registry", registryUrl));
        return Cli.run(all.toArray(String[]::new));
    }

    @Override
    public void close() {
        allocators.values().forEach(child -> child.stop(Duration.ZERO));
        broker.stop(Duration.ofSeconds(10));
    }
}
