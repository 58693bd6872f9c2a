package io.xylem.proxy.control;

import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.KeptFlow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the flows on the worker's disk, so that a connection keeps its instance and its addresses over a restart of the
 * proxy: all of them when it ends in order, and now and then those that there are, for the case that it does not.
 */
public final class FlowKeeper implements AutoCloseable {
    private static final long EVERY_MS = 2_000;
    /** Flows grow older on the disk; one that is used shall not look silent there. */
    private static final long AT_LEAST_EVERY_MS = 60_000;
    /** Of many flows it takes a while: the pause is so many times longer. */
    private static final long PAUSE = 20;

    private static final long COPY_MS = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(FlowKeeper.class);

    private final Path file;
    private final Supplier<CompletableFuture<List<KeptFlow>>> copies;
    private final Counters counters;
    private final LongSupplier clockMs;
    private final Thread thread = Thread.ofPlatform().daemon().name("flows").unstarted(this::run);
    private final CountDownLatch stopped = new CountDownLatch(1);
    private long changesSaved;
    private long savedAtMs;

    /** @param copies asks the packets' thread for a copy of all flows */
    public FlowKeeper(
            Path file, Supplier<CompletableFuture<List<KeptFlow>>> copies, Counters counters, LongSupplier clockMs) {
        this.file = file;
        this.copies = copies;
        this.counters = counters;
        this.clockMs = clockMs;
    }

    /** Those of an earlier run, as old as they are now. None if there are none of use; the log says why. */
    public List<KeptFlow> load() throws IOException {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            return List.of();
        }
        try {
            FlowCodec.Saved saved = FlowCodec.parse(bytes);
            long sinceNs = TimeUnit.MILLISECONDS.toNanos(Math.max(0, clockMs.getAsLong() - saved.atMs()));
            LOG.info(
                    "{} flows of an earlier run, as they were {} ms ago",
                    saved.flows().size(),
                    sinceNs / 1_000_000);
            return saved.flows().stream().map(flow -> flow.silentFor(sinceNs)).toList();
        } catch (IOException | RuntimeException e) {
            LOG.warn("{} can't be used ({}): starting without flows", file, e.getMessage());
            return List.of();
        }
    }

    /** Saves now and then from now on. */
    public void start() {
        thread.start();
    }

    private void run() {
        long everyMs = EVERY_MS;
        try {
            while (!stopped.await(everyMs, TimeUnit.MILLISECONDS)) {
                long startMs = clockMs.getAsLong();
                saveIfDue();
                everyMs = Math.max(EVERY_MS, PAUSE * (clockMs.getAsLong() - startMs));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** If flows have come or gone, or what is on the disk is old. */
    void saveIfDue() throws InterruptedException {
        long changes = changes();
        boolean isOld = counters.get(Count.FLOWS) > 0 && clockMs.getAsLong() - savedAtMs >= AT_LEAST_EVERY_MS;
        if (changes == changesSaved && !isOld) {
            return;
        }
        try {
            save(copies.get().get(COPY_MS, TimeUnit.MILLISECONDS));
            changesSaved = changes;
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the flows were not copied: {}", e.toString());
        }
    }

    private long changes() {
        return counters.get(Count.FLOWS_OPENED)
                + counters.get(Count.FLOWS_ACCEPTED)
                + counters.get(Count.FLOWS_EXPIRED)
                + counters.get(Count.FLOWS_EVICTED)
                + counters.get(Count.FLOWS_REPLACED);
    }

    /** After {@link #close}, the last ones. */
    public void save(List<KeptFlow> flows) {
        try {
            AtomicFile.write(file, FlowCodec.bytes(new FlowCodec.Saved(clockMs.getAsLong(), flows)));
            savedAtMs = clockMs.getAsLong();
        } catch (IOException e) {
            LOG.warn("cannot write {}: a restart would break connections: {}", file, e.toString());
        }
    }

    /** Saves no more by itself. */
    @Override
    public void close() {
        stopped.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
