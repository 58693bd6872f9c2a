package io.xylem.cli.cluster;

import io.xylem.publish.XylemPublisher;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Publishes mixed events of one realm at a steady pace, whatever becomes of them, until it is ended. */
public final class SteadyLoad implements AutoCloseable {
    private static final int EVENTS_A_SECOND = 100;

    private final XylemPublisher publisher;
    private final MixedEvents source;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final ScheduledFuture<?> publishing;
    private final List<String> ids = new ArrayList<>();
    private final List<CompletableFuture<Outcome>> outcomes = new ArrayList<>();
    private final AtomicInteger heard = new AtomicInteger();

    public SteadyLoad(XylemPublisher publisher, MixedEvents source) {
        this.publisher = publisher;
        this.source = source;
        publishing = clock.scheduleAtFixedRate(this::publish, 0, 1_000_000 / EVENTS_A_SECOND, TimeUnit.MICROSECONDS);
    }

    private void publish() {
        DeploymentEvent event = source.next();
        CompletableFuture<Outcome> outcome = publisher.publish(event);
        ids.add(event.getId());
        outcomes.add(outcome);
        var _ = outcome.thenRun(heard::incrementAndGet);
    }

    /** Outcomes so far. */
    public int heard() {
        return heard.get();
    }

    /** Publishes no more. @return the ids of what was published, in their order; each has its outcome */
    public List<String> end() throws InterruptedException {
        if (publishing.isDone()) {
            throw new AssertionError("the load ended by itself: " + publishing);
        }
        close();
        outcomes.forEach(CompletableFuture::join);
        return ids;
    }

    @Override
    public void close() {
        clock.close();
    }
}
