package io.xylem.proxy.control;

import io.xylem.model.InstanceName;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceName;
import io.xylem.proxy.dataplane.Captures;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Explained;
import io.xylem.proxy.domain.Fill;
import io.xylem.proxy.domain.FiveTuple;
import io.xylem.proxy.domain.FlowCounts;
import io.xylem.proxy.domain.Reported;
import io.xylem.proxy.domain.RouteTable;
import io.xylem.proxy.domain.UnknownAddresses;
import io.xylem.runtime.HttpEndpoint;
import io.xylem.runtime.Metrics;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.WorkerStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The control side of one worker: routes in, attach requests in, status out. Packets need none of its threads. */
public final class Control implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Control.class);

    private final ScheduledExecutorService statusThread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("status").factory());
    private final Reported reported = new Reported();
    private final StatusSender sender;
    private final InterestKeeper interests;
    private final Routes routes;
    private final RouteFeed feed;
    private final Instances instances;
    private final StatusReporter reporter;
    private final Metrics metrics = new Metrics();
    private final ProxyApi api;
    private final HttpEndpoint http;
    private final Thread feedThread;
    private Captures captures = new Captures();
    private volatile FlowCounts flowCounts = FlowCounts.NONE;
    private List<Desired> gone = List.of();

    /**
     * What it needs from outside.
     *
     * @param wakePackets ends the wait of the packets' thread, so that it takes what is new
     * @param offloads what the kernel does for device and tunnel, for people
     * @param consumers and {@code producers} are asked on the thread that uses the client, and again after a failure
     */
    public record Outside(
            Supplier<? extends Consumer<String, byte[]>> consumers,
            Deserializer<Route> routeValues,
            Supplier<? extends Producer<String, WorkerStatus>> producers,
            Wiring wiring,
            Counters counters,
            Runnable wakePackets,
            Map<String, String> offloads,
            String listen,
            java.util.function.Consumer<Throwable> fatal) {}

    /** @param directory the worker's own; made if it is not there */
    public Control(FeedSource source, InterestKeeper.Settings interest, Path directory, Outside outside)
            throws IOException {
        Files.createDirectories(directory);
        routes = new Routes(source.worker());
        sender = new StatusSender(source.realm(), source.worker(), outside.producers(), System::currentTimeMillis);
        interests = new InterestKeeper(
                source,
                interest,
                sender,
                statusThread,
                routes,
                () -> flowCounts,
                System::nanoTime,
                System.currentTimeMillis(),
                outside.wakePackets());
        feed = new RouteFeed(
                source,
                directory.resolve("routes.bin"),
                outside.consumers(),
                outside.routeValues(),
                routes,
                new Heard(),
                System::currentTimeMillis);
        instances = new Instances(
                source.worker(),
                routes,
                outside.wiring(),
                directory.resolve("attachments.json"),
                outside.wakePackets());
        routes.onPublished(outside.wakePackets());
        reporter = new StatusReporter(
                source, sender, statusThread, routes, instances::attachments, () -> flowCounts, System::nanoTime);
        http = new HttpEndpoint(outside.listen());
        http.operations(() -> new HttpEndpoint.Health(true, "runs"), this::ready, metrics);
        api = new ProxyApi(
                source,
                routes,
                feed,
                instances,
                interests,
                reporter,
                outside.counters(),
                () -> flowCounts,
                outside.offloads());
        api.addTo(http);
        ProxyMetrics.bind(metrics.registry(), outside.counters(), routes, feed, instances, interests);
        feedThread = Thread.ofPlatform().name("routes").unstarted(feed);
        feedThread.setUncaughtExceptionHandler((thread, e) -> outside.fatal().accept(e));
    }

    /** What the feed hears besides routes. */
    private final class Heard implements RouteFeed.Listener {
        @Override
        public void load(InstanceName instance, int flows) {
            reported.put(instance, flows);
        }

        @Override
        public void unknown(Ipv6 address) {
            interests.unknown(address);
        }

        @Override
        public void routesChanged() {
            interests.routesChanged();
        }

        @Override
        public List<ServiceName> interests() {
            return interests.wanted().services();
        }
    }

    /** What is on disk: routes and instances as they were. Packets may flow after this. */
    public void restore() throws IOException {
        interests.restore(feed.restore());
        gone = instances.restore();
    }

    /** Follows the topics and answers requests. */
    public void start() {
        feedThread.start();
        reporter.start();
        interests.start();
        gone.forEach(one -> instances.sayGone(one.instance(), "its network namespace is gone", reporter));
        http.start();
    }

    private HttpEndpoint.Health ready() {
        return feed.isCaughtUp()
                ? new HttpEndpoint.Health(
                        true, "routes of version " + routes.table().version())
                : new HttpEndpoint.Health(
                        false,
                        "has not read the routes since its start; packets go by version "
                                + routes.table().version());
    }

    /** The latest routes. */
    public RouteTable routeTable() {
        return routes.table();
    }

    /** The packets' thread only, at the beginning of a turn: that it goes by these routes is then reported. */
    public RouteTable takeRouteTable() {
        return routes.take();
    }

    /** Where packets ask for what the routes don't tell. */
    public UnknownAddresses unknownAddresses() {
        return interests;
    }

    /** Who knows the flows. Before {@link #start}. */
    public void flowCounts(FlowCounts counts) {
        flowCounts = counts;
    }

    /**
     * How packets move, and why so, for status. Before {@link #start}.
     *
     * @param fills how full the tables are, the same ones each time; for any thread
     * @param warnings what its operator should change, as it is now; for any thread
     */
    public void dataPlane(String name, String why, Supplier<List<Fill>> fills, Supplier<List<String>> warnings) {
        api.dataPlane(name, why, fills, warnings);
        ProxyMetrics.bindFills(metrics.registry(), fills);
    }

    /** Who knows where a packet would go. Before {@link #start}. */
    public void explainBy(Function<FiveTuple, CompletableFuture<Explained>> explainer) {
        new ExplainApi(explainer).addTo(http);
    }

    /** Who shows packets. Before {@link #start}. */
    public void captureBy(Captures packets) {
        captures = packets;
        new CaptureApi(packets, routes::table, System::nanoTime, System.currentTimeMillis()).addTo(http);
    }

    /** How many flows instances have, as other workers see it: for the packets' thread. */
    public Reported reported() {
        return reported;
    }

    /** This worker's address in the underlay, as the routes of its instances say it. */
    public Optional<String> underlayAddress() {
        String worker = routes.table().worker();
        return instances.attachments().all().stream()
                .flatMap(attached -> routes.find(attached.instance()).stream())
                .filter(at -> at.worker().equals(worker))
                .map(at -> at.underlay().address())
                .findFirst();
    }

    public Attachments attachments() {
        return instances.attachments();
    }

    public int httpPort() {
        return http.port();
    }

    /** Ends threads and connections. Instances stay attached and are found again by {@link #restore}. */
    @Override
    public void close() {
        captures.close();
        http.close();
        feed.close();
        try {
            feedThread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Not interrupted: Kafka's client takes that for a defect. A send waits for max.block.ms at most.
        statusThread.shutdown();
        try {
            if (!statusThread.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("the status thread did not end within 10 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sender.close();
        metrics.close();
    }
}
