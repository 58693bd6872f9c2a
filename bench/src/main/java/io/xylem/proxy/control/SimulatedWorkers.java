package io.xylem.proxy.control;

import io.xylem.model.InstanceName;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.FlowCounts;
import io.xylem.schemas.Keys;
import io.xylem.schemas.RealmPartitioner;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.WorkerStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The workers of a realm without their packets. Each of the real ones has the control side's own feed, interests and
 * reports, and a consumer of its own; its packets take each table as soon as it is published. The others only say that
 * they are alive. One thread and one producer speak for all. It stands in the proxy's package so that nothing there must
 * be public for a measurement's sake.
 */
public final class SimulatedWorkers implements AutoCloseable {
    private static final long BEAT_MS = 500;
    /** Workers beat at any time, not all at once; so often is one of them due, or a few. */
    private static final long SLICE_MS = 20;

    private static final int SLICES = (int) (BEAT_MS / SLICE_MS);
    private static final long IDLE_MS = TimeUnit.HOURS.toMillis(1);

    /** What one worker goes by from now on. */
    public interface Listener {
        /** On the feed's thread of this worker. */
        void applied(int worker, long version, long atNs);
    }

    private final String bootstrap;
    private final String realm;
    private final Listener listener;
    private final Deserializer<Route> values;
    private final KafkaProducer<String, WorkerStatus> producer;
    private final ScheduledExecutorService statusThread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("status").factory());
    private final List<RouteFeed> feeds = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong newest = new AtomicLong();

    /** @param registry that the records' schemas are in */
    public SimulatedWorkers(String bootstrap, String registry, String realm, Listener listener) {
        this.bootstrap = bootstrap;
        this.realm = realm;
        this.listener = listener;
        Map<String, Object> config = Map.of("schema.registry.url", registry);
        values = Topics.WORKER_ROUTES.valueSerde(config).deserializer();
        Serde<WorkerStatus> statuses = Topics.WORKER_STATUS.valueSerde(config);
        producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "partitioner.class",
                        RealmPartitioner.class.getName(),
                        "linger.ms",
                        0),
                new StringSerializer(),
                statuses.serializer());
    }

    /**
     * Starts a real one.
     *
     * @param directory where it keeps its routes
     */
    public void start(String name, List<ServiceName> services, Path directory) throws IOException {
        int worker = feeds.size();
        FeedSource source = new FeedSource(FeedSource.Kind.INTEREST, realm, name);
        Routes routes = new Routes(name);
        StatusSender sender = new StatusSender(realm, name, () -> producer, System::currentTimeMillis);
        InterestKeeper interests = new InterestKeeper(
                source,
                new InterestKeeper.Settings(IDLE_MS, List.of(), List.of()),
                sender,
                statusThread,
                routes,
                () -> FlowCounts.NONE,
                System::nanoTime,
                System.currentTimeMillis(),
                () -> {});
        interests.restore(services);
        RouteFeed feed = new RouteFeed(
                source,
                directory.resolve(name + ".bin"),
                this::consumer,
                values,
                routes,
                new Heard(interests),
                System::currentTimeMillis);
        StatusReporter reporter = new StatusReporter(
                source, sender, statusThread, routes, () -> Attachments.NONE, () -> FlowCounts.NONE, System::nanoTime);
        routes.onPublished(() -> {
            long version = routes.take().version();
            listener.applied(worker, version, System.nanoTime());
            newest.accumulateAndGet(version, Math::max);
        });
        feeds.add(feed);
        threads.add(Thread.ofPlatform().name("routes-" + name).start(feed));
        reporter.start();
        interests.start();
    }

    /** The others are alive from now on, and as far as the one of the real ones that is furthest. */
    public void startOthers(List<String> names) {
        for (int n = 0; n < SLICES; n++) {
            int slice = n;
            List<String> some = IntStream.range(0, names.size())
                    .filter(worker -> worker % SLICES == slice)
                    .mapToObj(names::get)
                    .toList();
            ScheduledFuture<?> _ = statusThread.scheduleWithFixedDelay(
                    () -> some.forEach(this::beat), slice * SLICE_MS, BEAT_MS, TimeUnit.MILLISECONDS);
        }
    }

    private void beat(String name) {
        Heartbeat heartbeat = new Heartbeat(newest.get(), FeedSource.Kind.INTEREST.text());
        var _ = producer.send(new ProducerRecord<>(
                Topics.WORKER_STATUS.name(),
                Keys.worker(realm, name),
                new WorkerStatus(realm, name, System.currentTimeMillis(), heartbeat)));
    }

    /** As a proxy's. */
    private KafkaConsumer<String, byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        bootstrap,
                        "isolation.level",
                        "read_committed",
                        "enable.auto.commit",
                        false,
                        "auto.offset.reset",
                        "none"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    private record Heard(InterestKeeper keeper) implements RouteFeed.Listener {
        @Override
        public void load(InstanceName instance, int flows) {}

        @Override
        public void unknown(Ipv6 address) {
            keeper.unknown(address);
        }

        @Override
        public void routesChanged() {
            keeper.routesChanged();
        }

        @Override
        public List<ServiceName> interests() {
            return keeper.wanted().services();
        }
    }

    @Override
    public void close() {
        statusThread.shutdown();
        feeds.forEach(RouteFeed::close);
        try {
            for (Thread thread : threads) {
                thread.join();
            }
            boolean _ = statusThread.awaitTermination(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        producer.close();
    }
}
