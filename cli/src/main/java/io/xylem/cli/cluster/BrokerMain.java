package io.xylem.cli.cluster;

import io.xylem.broker.EmbeddedBroker;
import java.nio.file.Path;
import java.util.Map;

/** The broker as a process: {@code BrokerMain DIR PORT CONTROLLER_PORT}; ends in order on SIGTERM. */
final class BrokerMain {
    private BrokerMain() {}

    public static void main(String[] args) throws Exception {
        var broker =
                EmbeddedBroker.start(Path.of(args[0]), Integer.parseInt(args[1]), Integer.parseInt(args[2]), Map.of());
        Runtime.getRuntime().addShutdownHook(new Thread(broker::close, "broker-shutdown"));
        Thread.currentThread().join();
    }
}
