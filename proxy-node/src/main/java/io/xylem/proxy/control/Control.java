package io.xylem.proxy.control;

import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.RouteTable;
import io.xylem.runtime.HttpEndpoint;
import io.xylem.runtime.Metrics;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.WorkerStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.Deserializer;

/** The control side of one worker: routes in, attach requests in, status out. Packets need none of its threads. */
public final class Control implements AutoCloseable {
    private final Routes routes;
    private final RouteFeed feed;
    private final Instances instances;
    private final StatusReporter reporter;
    private final Metrics metrics = new Metrics();
    private final HttpEndpoint http;
    private final Thread feedThread;
    private List<Desired> gone = List.of();

    /**
     * What it needs from outside.
     *
     * @param consumers and {@code producers} are asked on the thread that uses the client, and again after a failure
     */
    public record Outside(
            Supplier<? extends Consumer<String, byte[]>> consumers,
            Deserializer<Route> routeValues,
            Supplier<? extends Producer<String, WorkerStatus>> producers,
            Wiring wiring,
            Counters counters,
            String listen,
            java.util.function.Consumer<Throwable> fatal) {}

    /** @param directory the worker's own; made if it is not there */
    public Control(String realm, String worker, Path directory, Outside outside) throws IOException {
        Files.createDirectories(directory);
        routes = new Routes(worker);
        feed = new RouteFeed(
                realm,
                worker,
                directory.resolve("routes.bin"),
                outside.consumers(),
                outside.routeValues(),
                routes,
                System::currentTimeMillis);
        instances = new Instances(worker, routes, outside.wiring(), directory.resolve("attachments.json"));
        reporter = new StatusReporter(
                realm, worker, outside.producers(), routes, instances::attachments, System::currentTimeMillis);
        http = new HttpEndpoint(outside.listen());
        http.operations(() -> new HttpEndpoint.Health(true, "runs"), this::ready, metrics);
        new ProxyApi(realm, worker, routes, feed, instances, reporter, outside.counters()).addTo(http);
        ProxyMetrics.bind(metrics.registry(), outside.counters(), routes, feed, instances);
        feedThread = Thread.ofPlatform().name("routes").unstarted(feed);
        feedThread.setUncaughtExceptionHandler((thread, e) -> outside.fatal().accept(e));
    }

    /** What is on disk: routes and instances as they were. Packets may flow after this. */
    public void restore() throws IOException {
        feed.restore();
        gone = instances.restore();
    }

    /** Follows the topics and answers requests. */
    public void start() {
        feedThread.start();
        reporter.start();
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

    /** What packets go by now. */
    public RouteTable routeTable() {
        return routes.table();
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
        http.close();
        feed.close();
        try {
            feedThread.join(10_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        reporter.close();
        metrics.close();
    }
}
