package io.xylem.allocator.stream;

import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import io.xylem.allocator.domain.AddressPlan;
import io.xylem.allocator.domain.RealmSettings;
import io.xylem.balancing.Policies;
import io.xylem.balancing.PolicyException;
import io.xylem.runtime.HttpEndpoint;
import io.xylem.runtime.Metrics;
import io.xylem.runtime.Settings;
import io.xylem.schemas.Namespace;
import io.xylem.schemas.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The running allocator: the streams, and the HTTP endpoint of their operators. */
public final class AllocatorService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AllocatorService.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(20);

    private final KafkaStreams streams;
    private final HttpEndpoint http;
    private final Metrics metrics;
    private final KafkaStreamsMetrics streamsMetrics;

    private AllocatorService(
            KafkaStreams streams, HttpEndpoint http, Metrics metrics, KafkaStreamsMetrics streamsMetrics) {
        this.streams = streams;
        this.http = http;
        this.metrics = metrics;
        this.streamsMetrics = streamsMetrics;
    }

    /**
     * @param fatal takes the fault after which the streams have stopped
     * @throws ConfigException if the topics are not there: they are created by a command, never by accident; or if a
     *     balancing policy can't be loaded
     */
    public static AllocatorService start(Settings settings, Consumer<Throwable> fatal) throws IOException {
        Namespace.use(settings.text(Settings.TOPIC_PREFIX));
        Map<String, Object> config = StreamsSettings.of(settings.streams(), settings.latency());
        Policies policies = policies(settings);
        LOG.info("balancing policies: {}", policies);
        AddressPlan plan = new AddressPlan(RealmSettings.defaults(policies));
        int partitions = partitions(settings.client("admin."));
        Metrics metrics = new Metrics();
        Topology topology = AllocatorTopology.build(
                config,
                plan,
                partitions,
                settings.number(StreamsSettings.HASH_INTERVAL_EVENTS),
                new AllocatorMeters(metrics.registry()));
        KafkaStreams streams = new KafkaStreams(topology, new StreamsConfig(config));
        streams.setUncaughtExceptionHandler(fault -> {
            if (Faults.healsInAnotherThread(fault)) {
                LOG.warn("a stream thread ends and is replaced by one that begins at the record it had", fault);
                return StreamThreadExceptionResponse.REPLACE_THREAD;
            }
            fatal.accept(fault);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        KafkaStreamsMetrics streamsMetrics = new KafkaStreamsMetrics(streams);
        streamsMetrics.bindTo(metrics.registry());
        HttpEndpoint http = new HttpEndpoint(settings.text(Settings.HTTP_LISTEN))
                .operations(
                        () -> health(streams, streams.state() != KafkaStreams.State.ERROR && !ended(streams)),
                        () -> health(streams, streams.state() == KafkaStreams.State.RUNNING),
                        metrics)
                .route(
                        "GET",
                        "/topology",
                        request ->
                                HttpEndpoint.Response.text(topology.describe().toString()))
                .start();
        streams.start();
        LOG.info("HTTP listens on port {}", http.port());
        return new AllocatorService(streams, http, metrics, streamsMetrics);
    }

    /** Of health and metrics. */
    public int httpPort() {
        return http.port();
    }

    @Override
    public void close() {
        // Health answers until the last transaction is committed. Leaving the group hands the tasks over at once.
        boolean inTime = streams.close(CloseOptions.timeout(CLOSE_TIMEOUT)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        if (!inTime) {
            LOG.warn(
                    "the streams did not end within {}; what they had not committed is done again at the next start",
                    CLOSE_TIMEOUT);
        }
        http.close();
        streamsMetrics.close();
        metrics.close();
    }

    private static Policies policies(Settings settings) {
        try {
            return Policies.load(settings.text(Policies.DIRECTORY_SETTING));
        } catch (PolicyException e) {
            throw new ConfigException(e.getMessage());
        }
    }

    private static boolean ended(KafkaStreams streams) {
        return streams.state().hasCompletedShutdown();
    }

    private static HttpEndpoint.Health health(KafkaStreams streams, boolean ok) {
        return new HttpEndpoint.Health(ok, "streams are " + streams.state());
    }

    private static int partitions(Map<String, Object> config) throws IOException {
        String topic = Topics.DEPLOYMENT_EVENTS.name();
        try (Admin admin = Admin.create(config)) {
            return admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .values()
                    .iterator()
                    .next()
                    .partitions()
                    .size();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                throw new ConfigException("topic " + topic + " does not exist: create the topics first");
            }
            throw new IOException("the brokers do not tell of topic " + topic, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking the brokers for topic " + topic, e);
        }
    }
}
