package io.xylem.cli;

import io.xylem.balancing.Policies;
import io.xylem.cli.cluster.ClusterState;
import io.xylem.runtime.Settings;
import io.xylem.schemas.Namespace;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which cluster a command talks to: the one that is named, else the development cluster that runs here. */
final class Connection {
    @Option(
            names = "--bootstrap",
            paramLabel = "HOST:PORT",
            description = "Kafka brokers. Without it and --config: the running development cluster.")
    private @Nullable String bootstrap;

    @Option(names = "--registry", paramLabel = "URL", description = "Schema registry with Confluent's API.")
    private @Nullable String registry;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Properties file with bootstrap.servers, schema.registry.url, and any setting of a Kafka"
                    + " client (security.protocol, sasl.jaas.config, producer.…, consumer.…, admin.…).")
    private @Nullable Path config;

    @Mixin
    private DevClusterDir directory = new DevClusterDir();

    DevClusterDir developmentCluster() {
        return directory;
    }

    /** Whether a cluster other than the development one is named. */
    boolean isNamed() {
        return bootstrap != null
                || registry != null
                || config != null
                || System.getenv("XYLEM_BOOTSTRAP_SERVERS") != null
                || System.getenv("XYLEM_CONFIG") != null;
    }

    /** The settings for a client of one role, {@code "producer."}, {@code "consumer."} or {@code "admin."}. */
    Map<String, Object> client(String role) throws IOException {
        if (!isNamed()) {
            return devClient();
        }
        Settings settings = settings();
        Namespace.use(settings.text(Settings.TOPIC_PREFIX));
        Map<String, Object> client = new HashMap<>(settings.client(role));
        client.put(Settings.BOOTSTRAP_SERVERS, settings.list(Settings.BOOTSTRAP_SERVERS));
        client.put(Settings.SCHEMA_REGISTRY_URL, settings.list(Settings.SCHEMA_REGISTRY_URL));
        return client;
    }

    /** Where the jars of balancing policies are; empty for nowhere. */
    String policiesDirectory() throws IOException {
        if (isNamed()) {
            return settings().text(Policies.DIRECTORY_SETTING);
        }
        Path ofCluster = directory.cluster().policies();
        return Files.isDirectory(ofCluster) ? ofCluster.toString() : "";
    }

    private Settings settings() {
        List<String> arguments = new ArrayList<>();
        if (config != null) {
            arguments.addAll(List.of("--config", config.toString()));
        }
        if (bootstrap != null) {
            arguments.addAll(List.of("--override", Settings.BOOTSTRAP_SERVERS + "=" + bootstrap));
        }
        if (registry != null) {
            arguments.addAll(List.of("--override", Settings.SCHEMA_REGISTRY_URL + "=" + registry));
        }
        try {
            ConfigDef known = Settings.common()
                    .define(Policies.DIRECTORY_SETTING, ConfigDef.Type.STRING, "", ConfigDef.Importance.MEDIUM, "");
            return Settings.load(known, arguments.toArray(String[]::new));
        } catch (ConfigException e) {
            throw new CommandException(e.getMessage() + "\nName the cluster by --bootstrap HOST:PORT --registry URL, or"
                    + " by --config FILE with bootstrap.servers and schema.registry.url.");
        }
    }

    /** Of the development cluster; empty where another is named. */
    Optional<URI> routingUrl() throws IOException {
        return isNamed()
                ? Optional.empty()
                : Optional.of(URI.create(directory.running().routingUrl()));
    }

    private Map<String, Object> devClient() throws IOException {
        ClusterState cluster = directory.running();
        Map<String, Object> client = new HashMap<>();
        client.put(Settings.BOOTSTRAP_SERVERS, cluster.bootstrap());
        client.put(Settings.SCHEMA_REGISTRY_URL, cluster.registryUrl());
        client.put("auto.register.schemas", false);
        return client;
    }
}
