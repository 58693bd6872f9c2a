package io.xylem.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.metadata.storage.FormatterException;
import org.apache.kafka.server.common.Feature;

/**
 * One Kafka node, broker and KRaft controller in one, on the loopback address only. The same directory can be started
 * again and has the same data.
 *
 * <p>Kafka promises no stability for the classes used here; this is the only place that knows them.
 */
public final class EmbeddedBroker implements AutoCloseable {
    private static final int NODE_ID = 1;

    private final KafkaRaftServer server;
    private final String bootstrap;

    private EmbeddedBroker(KafkaRaftServer server, String bootstrap) {
        this.server = server;
        this.bootstrap = bootstrap;
    }

    /** On ports that are free. */
    public static EmbeddedBroker start(Path dir) throws IOException {
        var ports = new FreePorts();
        return start(dir, ports.next(), ports.next(), Map.of());
    }

    /**
     * Formats the directory if it is new, and starts; returns when the node takes requests.
     *
     * @param more settings of a broker, which win
     */
    public static EmbeddedBroker start(Path dir, int port, int controllerPort, Map<String, String> more)
            throws IOException {
        if (!Files.exists(dir.resolve("meta.properties"))) {
            format(dir);
        }
        Properties properties = new Properties();
        properties.putAll(settings(dir, port, controllerPort));
        properties.putAll(more);
        var server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
        server.startup();
        return new EmbeddedBroker(server, "127.0.0.1:" + port);
    }

    public String bootstrap() {
        return bootstrap;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static void format(Path dir) throws IOException {
        Files.createDirectories(dir);
        try {
            new Formatter()
                    .setNodeId(NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .addDirectory(dir.toString())
                    .setMetadataLogDirectory(dir.toString())
                    .setControllerListenerName("CONTROLLER")
                    .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                    .run();
        } catch (FormatterException e) {
            throw new IOException("cannot prepare " + dir + " as a Kafka log directory: " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("cannot prepare " + dir + " as a Kafka log directory", e);
        }
    }

    private static Map<String, String> settings(Path dir, int port, int controllerPort) {
        var settings = new TreeMap<String, String>();
        settings.put("process.roles", "broker,controller");
        settings.put("node.id", Integer.toString(NODE_ID));
        settings.put("controller.quorum.voters", NODE_ID + "@127.0.0.1:" + controllerPort);
        settings.put("listeners", "PLAINTEXT://127.0.0.1:" + port + ",CONTROLLER://127.0.0.1:" + controllerPort);
        settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
        settings.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        settings.put("controller.listener.names", "CONTROLLER");
        settings.put("inter.broker.listener.name", "PLAINTEXT");
        settings.put("log.dirs", dir.toString());
        settings.put("auto.create.topics.enable", "false");
        // One node: nothing can be replicated.
        settings.put("default.replication.factor", "1");
        settings.put("offsets.topic.replication.factor", "1");
        settings.put("transaction.state.log.replication.factor", "1");
        settings.put("transaction.state.log.min.isr", "1");
        settings.put("share.coordinator.state.topic.replication.factor", "1");
        settings.put("share.coordinator.state.topic.min.isr", "1");
        // A few clients: fewer partitions start faster.
        settings.put("offsets.topic.num.partitions", "4");
        settings.put("transaction.state.log.num.partitions", "4");
        // Kafka waits 3 s for further members of a new group and lets a streams group beat every 5 s.
        settings.put("group.initial.rebalance.delay.ms", "0");
        settings.put("group.streams.initial.rebalance.delay.ms", "0");
        settings.put("group.streams.min.heartbeat.interval.ms", "500");
        settings.put("group.streams.heartbeat.interval.ms", "500");
        // The transaction of a process that was killed holds its successor up until it is found; every 10 s by default.
        settings.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
        // Kafka's 128 MB would be most of the heap.
        settings.put("log.cleaner.dedupe.buffer.size", "4194304");
        return settings;
    }
}
