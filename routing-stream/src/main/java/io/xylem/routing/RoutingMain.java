package io.xylem.routing;

import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.xylem.balancing.BalancingPolicy.Need;
import io.xylem.balancing.Policies;
import io.xylem.balancing.PolicyException;
import io.xylem.routing.query.RoutingEndpoint;
import io.xylem.routing.stream.Beat;
import io.xylem.routing.stream.FaultPolicy;
import io.xylem.routing.stream.GatheringClients;
import io.xylem.routing.stream.RoutingCounters;
import io.xylem.routing.stream.RoutingTopology;
import io.xylem.routing.stream.StreamsSettings;
import io.xylem.routing.stream.WorkerBoard;
import io.xylem.runtime.HttpEndpoint;
import io.xylem.runtime.Main;
import io.xylem.runtime.Metrics;
import io.xylem.runtime.Settings;
import io.xylem.schemas.Namespace;
import io.xylem.schemas.StatusSeal;
import io.xylem.schemas.Topics;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.HostInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process: topology, streams, HTTP. */
public final class RoutingMain {
    private static final Logger LOG = LoggerFactory.getLogger(RoutingMain.class);
    private static final String LIVENESS_TIMEOUT_MS = "xylem.liveness.timeout.ms";
    private static final String LIVENESS_GRACE_MS = "xylem.liveness.grace.ms";
    private static final String LIVENESS_TICK_MS = "xylem.liveness.tick.ms";
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private RoutingMain() {}

    public static void main(String[] args) {
        Main.run("routing", settings(), args, RoutingMain::start);
    }

    /** What routing can be told. */
    public static ConfigDef settings() {
        return Settings.common()
                .define(
                        StreamsConfig.STATE_DIR_CONFIG,
                        ConfigDef.Type.STRING,
                        ConfigDef.Importance.HIGH,
                        "Directory of the RocksDB store; of this process alone.")
                .define(
                        LIVENESS_TIMEOUT_MS,
                        ConfigDef.Type.INT,
                        (int) Beat.DEFAULT.timeout().toMillis(),
                        ConfigDef.Range.atLeast(1),
                        ConfigDef.Importance.MEDIUM,
                        "A worker that says nothing for so long is lost.")
                .define(
                        LIVENESS_GRACE_MS,
                        ConfigDef.Type.INT,
                        (int) Beat.DEFAULT.grace().toMillis(),
                        ConfigDef.Range.atLeast(0),
                        ConfigDef.Importance.MEDIUM,
                        "So much longer is waited for workers that fell quiet together, as they do when a broker is"
                                + " lost.")
                .define(
                        LIVENESS_TICK_MS,
                        ConfigDef.Type.INT,
                        (int) Beat.DEFAULT.tick().toMillis(),
                        ConfigDef.Range.atLeast(1),
                        ConfigDef.Importance.LOW,
                        "How often that is looked at.")
                .define(
                        StatusSeal.MASTER_KEYS,
                        ConfigDef.Type.PASSWORD,
                        "",
                        ConfigDef.Importance.HIGH,
                        "From which the workers' keys are made, in Base64; the first also seals routing's own ticks."
                                + " Empty: a status is believed whoever wrote it.")
                .define(
                        Policies.DIRECTORY_SETTING,
                        ConfigDef.Type.STRING,
                        "",
                        ConfigDef.Importance.MEDIUM,
                        "A directory with the jars of further balancing policies; empty for none. Routing asks them"
                                + " whether they go by the active flows of instances.");
    }

    private static Policies policies(Settings settings) {
        try {
            return Policies.load(settings.text(Policies.DIRECTORY_SETTING));
        } catch (PolicyException e) {
            throw new ConfigException(e.getMessage());
        }
    }

    /** @return ends the process's parts; {@code fatal} learns of the fault that it can't go on from */
    public static AutoCloseable start(Settings settings, Consumer<Throwable> fatal) throws Exception {
        Namespace.use(settings.text(Settings.TOPIC_PREFIX));
        Policies policies = policies(settings);
        Metrics metrics = new Metrics();
        Map<String, Object> serdeConfig = settings.client("");
        serdeConfig.put(StatusSeal.MASTER_KEYS, settings.secret(StatusSeal.MASTER_KEYS));
        WorkerBoard board = new WorkerBoard();
        RoutingCounters.ofWorkers(metrics.registry(), board);
        Topology topology = RoutingTopology.build(
                serdeConfig,
                new RoutingCounters(metrics.registry()),
                board,
                new Beat(
                        Duration.ofMillis(settings.number(LIVENESS_TIMEOUT_MS)),
                        Duration.ofMillis(settings.number(LIVENESS_GRACE_MS)),
                        Duration.ofMillis(settings.number(LIVENESS_TICK_MS))),
                ipType -> policies.need(Need.ACTIVE_FLOWS, ipType));
        HttpEndpoint http = new HttpEndpoint(settings.text(Settings.HTTP_LISTEN));
        Properties config = StreamsSettings.of(settings.streams(), settings.latency());
        config.putIfAbsent(StreamsConfig.APPLICATION_SERVER_CONFIG, address(settings.text(Settings.HTTP_LISTEN), http));
        KafkaStreams streams = new KafkaStreams(
                topology,
                new StreamsConfig(config),
                new GatheringClients(Duration.ofMillis(settings.latency().pollMs())));
        streams.setUncaughtExceptionHandler(new FaultPolicy(fatal));
        KafkaStreamsMetrics streamsMetrics = new KafkaStreamsMetrics(streams);
        streamsMetrics.bindTo(metrics.registry());
        RoutingEndpoint.start(
                http,
                HostInfo.buildFromEndpoint(config.getProperty(StreamsConfig.APPLICATION_SERVER_CONFIG)),
                streams,
                topology,
                Topics.ALLOCATIONS.valueSerde(serdeConfig).deserializer(),
                board,
                metrics);
        streams.start();
        LOG.info("HTTP on port {}", http.port());
        return () -> {
            http.close();
            // Or whoever comes next waits for the end of this one's session: three quarters of a minute without news.
            streams.close(CloseOptions.timeout(CLOSE_TIMEOUT)
                    .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
            streamsMetrics.close();
            metrics.close();
        };
    }

    /** Where the other instances find this one: where it listens, or at the host's name if that is everywhere. */
    private static String address(String listen, HttpEndpoint http) throws UnknownHostException {
        String host = listen.substring(0, listen.lastIndexOf(':'));
        boolean everywhere =
                InetAddress.getByName(host.replaceAll("[\\[\\]]", "")).isAnyLocalAddress();
        return (everywhere ? InetAddress.getLocalHost().getHostName() : host) + ":" + http.port();
    }
}
