package io.xylem.cli.cluster;

import java.util.List;

/** The schema registry: Apicurio with Confluent's API, keeping its data in the broker. */
final class RegistryCommand {
    private RegistryCommand() {}

    static List<String> of(String bootstrap, int port, int managementPort) throws ClusterException {
        List<String> command = Installation.java(
                384,
                List.of(
                        "-XX:TieredStopAtLevel=1",
                        "-Dquarkus.http.host=127.0.0.1",
                        "-Dquarkus.http.port=" + port,
                        // Listens on all addresses, port 9000, unless told otherwise.
                        "-Dquarkus.management.host=127.0.0.1",
                        "-Dquarkus.management.port=" + managementPort,
                        "-Dapicurio.storage.kind=kafkasql",
                        "-Dapicurio.kafkasql.bootstrap.servers=" + bootstrap,
                        // Its start polls empty topics for four times this long; 5 s by default.
                        "-Dapicurio.kafkasql.consumer.poll.timeout=200"));
        command.addAll(List.of("-jar", Installation.registry().toString()));
        return command;
    }

    static String url(int port) {
        return "http://127.0.0.1:" + port + "/apis/ccompat/v7";
    }

    static boolean isReady(int port) {
        return LocalHttp.isOk(url(port) + "/subjects");
    }
}
