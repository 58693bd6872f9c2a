package io.xylem.proxy.control;

import io.xylem.model.InstanceName;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.RouteFold;
import io.xylem.schemas.avro.Route;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps {@link Routes} as the topic says. It begins with the snapshot, goes on from the snapshot's offset, and when the
 * broker is away it waits and tries again while packets flow by what is known.
 *
 * <pre>
 *  snapshot ──► fold ◄── records of the realm's partition, from the snapshot's offset
 *                │ once a batch
 *                ├──► Routes (packets)
 *                └──► snapshot, now and then
 * </pre>
 *
 * A snapshot that is older than the topic keeps withdrawals, or whose offset the topic does not have, may lack
 * withdrawals for ever; one of another feed tells nothing of this one. Then everything is read from the beginning into a
 * fresh fold, which takes the place of the old one when it is complete.
 */
public final class RouteFeed implements Runnable, AutoCloseable {
    private static final long FROM_BEGINNING = -1;
    private static final Duration POLL = Duration.ofMillis(200);
    private static final long RETRY_MS = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(RouteFeed.class);

    /** What the feed tells besides routes. Called by its thread. */
    interface Listener {
        void load(InstanceName instance, int flows);

        void unknown(Ipv6 address);

        /** After a new table was published. */
        void routesChanged();

        /** To be kept beside the routes. */
        List<ServiceName> interests();
    }

    private final FeedSource source;
    private final Supplier<? extends Consumer<String, byte[]>> consumers;
    private final Deserializer<Route> deserializer;
    private final Routes routes;
    private final Listener listener;
    private final SnapshotKeeper snapshots;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private final AtomicLong unreadable = new AtomicLong();

    private RouteFold fold;
    /** The fold is read from the beginning while packets still go by an older one. */
    private boolean replacing;

    private long nextOffset = FROM_BEGINNING;
    private boolean unsaved;
    private String lastTrouble = "";
    private volatile boolean running = true;
    private volatile @Nullable Consumer<String, byte[]> current;

    RouteFeed(
            FeedSource source,
            Path snapshotFile,
            Supplier<? extends Consumer<String, byte[]>> consumers,
            Deserializer<Route> deserializer,
            Routes routes,
            Listener listener,
            LongSupplier clockMs) {
        this.source = source;
        this.consumers = consumers;
        this.deserializer = deserializer;
        this.routes = routes;
        this.listener = listener;
        snapshots = new SnapshotKeeper(source, snapshotFile, clockMs);
        fold = new RouteFold(source.worker());
    }

    /**
     * Publishes the snapshot's routes, if there is one. Before the feed's thread starts.
     *
     * @return the services that the worker wanted to hear of
     */
    List<ServiceName> restore() throws IOException {
        RouteSnapshot snapshot = snapshots.load().orElse(null);
        if (snapshot == null) {
            return List.of();
        }
        snapshot.updates().forEach(fold::applyPart);
        fold.reach(snapshot.version());
        routes.publish(fold);
        nextOffset = snapshot.nextOffset();
        snapshots.objection(snapshot).ifPresent(this::startOver);
        LOG.info(
                "starts with {} instances and {} services of version {} from the snapshot",
                routes.table().instanceCount(),
                routes.table().serviceCount(),
                routes.table().version());
        return snapshot.interests();
    }

    /** Follows the topic until closed. On a platform thread of its own. */
    @Override
    public void run() {
        while (running) {
            try (Consumer<String, byte[]> consumer = consumers.get()) {
                current = consumer;
                follow(consumer);
            } catch (WakeupException e) {
                LOG.debug("asked to end", e);
            } catch (OffsetOutOfRangeException e) {
                startOver("the topic does not have the records after the snapshot's: " + e.getMessage());
            } catch (KafkaException e) {
                trouble(e);
                pause();
            } finally {
                current = null;
            }
        }
        save();
    }

    private void follow(Consumer<String, byte[]> consumer) {
        TopicPartition partition = partition(consumer);
        consumer.assign(List.of(partition));
        if (nextOffset == FROM_BEGINNING) {
            consumer.seekToBeginning(List.of(partition));
        } else {
            consumer.seek(partition, nextOffset);
        }
        long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
        while (running) {
            boolean changed = apply(consumer, partition, consumer.poll(POLL).records(partition));
            long position = consumer.position(partition);
            boolean complete = position >= end;
            unsaved |= changed || position != nextOffset;
            nextOffset = position;
            if (replacing ? complete : changed) {
                replacing = false;
                routes.publish(fold);
                listener.routesChanged();
            }
            if (complete && caughtUp.getCount() > 0) {
                LOG.info(
                        "caught up with the routes at offset {}: {} instances, {} services, version {}",
                        position,
                        routes.table().instanceCount(),
                        routes.table().serviceCount(),
                        routes.table().version());
                caughtUp.countDown();
            }
            lastTrouble = "";
            if (snapshots.isDue()) {
                save();
            }
        }
    }

    private TopicPartition partition(Consumer<String, byte[]> consumer) {
        List<PartitionInfo> partitions = consumer.partitionsFor(source.topic());
        if (partitions == null || partitions.isEmpty()) {
            throw new UnknownTopicOrPartitionException("there is no topic " + source.topic() + " yet");
        }
        return new TopicPartition(source.topic(), source.partition(partitions.size()));
    }

    /** @return whether anything is different */
    private boolean apply(
            Consumer<String, byte[]> consumer, TopicPartition partition, List<ConsumerRecord<String, byte[]>> records) {
        boolean changed = false;
        for (ConsumerRecord<String, byte[]> record : records) {
            String key = source.key(record.key());
            if (key == null) {
                continue; // realms share a partition, and workers do
            }
            try {
                Route value = record.value() == null
                        ? null
                        : deserializer.deserialize(record.topic(), record.headers(), record.value());
                changed |= apply(FeedRecord.read(key, record.headers(), value));
            } catch (RetriableException e) {
                // The registry is away: the record is not at fault and is read again.
                consumer.seek(partition, record.offset());
                trouble(e);
                pause();
                break;
            } catch (SerializationException | IllegalArgumentException e) {
                unreadable.incrementAndGet();
                LOG.warn("record at offset {} is passed over: {}", record.offset(), e.getMessage());
            }
        }
        return changed;
    }

    private boolean apply(FeedRecord said) {
        return switch (said) {
            case FeedRecord.Update one -> one.more() ? fold.applyPart(one.update()) : fold.apply(one.update());
            case FeedRecord.ServiceForgotten of -> fold.forget(of.service());
            case FeedRecord.InstanceForgotten of -> {
                listener.load(of.instance(), 0);
                yield fold.forget(of.instance());
            }
            case FeedRecord.Load load -> {
                listener.load(load.instance(), load.flows());
                yield false;
            }
            case FeedRecord.Unknown unknown -> {
                listener.unknown(unknown.address());
                yield false;
            }
            case FeedRecord.Nothing _ -> false;
        };
    }

    private void startOver(String why) {
        LOG.warn("reads all routes again: {}", why);
        fold = new RouteFold(source.worker());
        nextOffset = FROM_BEGINNING;
        replacing = true;
    }

    private void save() {
        // While a fresh fold is being read, the old snapshot is the better one.
        if (replacing || nextOffset == FROM_BEGINNING || !(unsaved || snapshots.lacks(listener.interests()))) {
            return;
        }
        unsaved = !snapshots.save(fold, routes.table().version(), nextOffset, listener.interests());
    }

    /** The same trouble is told once. */
    private void trouble(RuntimeException e) {
        if (!String.valueOf(e.getMessage()).equals(lastTrouble)) {
            lastTrouble = String.valueOf(e.getMessage());
            LOG.warn(
                    "no new routes for now, packets go by version {}: {}",
                    routes.table().version(),
                    e.toString());
        }
    }

    private void pause() {
        try {
            boolean _ = stopped.await(RETRY_MS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            running = false;
            Thread.currentThread().interrupt();
        }
    }

    /** Whether it has read all that was in the topic when it started. */
    public boolean isCaughtUp() {
        return caughtUp.getCount() == 0;
    }

    /** Records that are no routes. */
    long unreadable() {
        return unreadable.get();
    }

    /** Asks {@link #run} to end. From any thread. */
    @Override
    public void close() {
        running = false;
        stopped.countDown();
        Consumer<String, byte[]> consumer = current;
        if (consumer != null) {
            consumer.wakeup();
        }
    }
}
