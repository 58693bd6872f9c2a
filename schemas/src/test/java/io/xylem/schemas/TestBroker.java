package io.xylem.schemas;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;

/** One KRaft broker in this JVM, on loopback ports that were free. Internal API of Kafka: this is its only use here. */
final class TestBroker implements AutoCloseable {
    private final KafkaRaftServer server;
    private final String bootstrapServers;

    TestBroker(Path dir) throws Exception {
        int port;
        int controllerPort;
        // Both at once, so that they differ.
        try (ServerSocket one = free();
                ServerSocket other = free()) {
            port = one.getLocalPort();
            controllerPort = other.getLocalPort();
        }
        bootstrapServers = "127.0.0.1:" + port;
        new Formatter()
                .setNodeId(1)
                .setClusterId(Uuid.randomUuid().toString())
                .addDirectory(dir.toString())
                .setMetadataLogDirectory(dir.toString())
                .setControllerListenerName("CONTROLLER")
                .setSupportedFeatures(List.copyOf(Feature.PRODUCTION_FEATURES))
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .run();
        Properties properties = new Properties();
        properties.setProperty("process.roles", "broker,controller");
        properties.setProperty("node.id", "1");
        properties.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        properties.setProperty(
                "listeners", "PLAINTEXT://" + bootstrapServers + ",CONTROLLER://127.0.0.1:" + controllerPort);
        properties.setProperty("advertised.listeners", "PLAINTEXT://" + bootstrapServers);
        properties.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        properties.setProperty("controller.listener.names", "CONTROLLER");
        properties.setProperty("inter.broker.listener.name", "PLAINTEXT");
        properties.setProperty("log.dirs", dir.toString());
        properties.setProperty("log.cleaner.dedupe.buffer.size", "4194304");
        properties.setProperty("auto.create.topics.enable", "false");
        server = new KafkaRaftServer(new KafkaConfig(properties), Time.SYSTEM);
        server.startup();
    }

    String bootstrapServers() {
        return bootstrapServers;
    }

    @Override
    public void close() {
        server.shutdown();
        server.awaitShutdown();
    }

    private static ServerSocket free() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }
}
