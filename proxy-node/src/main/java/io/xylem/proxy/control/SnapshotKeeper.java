package io.xylem.proxy.control;

import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.RouteFold;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts what a feed has read on disk now and then, and gets it back. One thread. */
final class SnapshotKeeper {
    private static final long EVERY_MS = 2000;
    /** Of many routes it takes a while: the pause is so many times longer. */
    private static final long PAUSE = 20;
    /** Well within the {@code delete.retention.ms} of 7 days of the topics with routes. */
    private static final long MAX_AGE_MS = TimeUnit.DAYS.toMillis(3);

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotKeeper.class);

    private final FeedSource source;
    private final Path file;
    private final LongSupplier clockMs;
    private List<ServiceName> interests = List.of();
    private long savedAtMs;
    private long everyMs = EVERY_MS;

    SnapshotKeeper(FeedSource source, Path file, LongSupplier clockMs) {
        this.source = source;
        this.file = file;
        this.clockMs = clockMs;
    }

    Optional<RouteSnapshot> load() throws IOException {
        Optional<RouteSnapshot> loaded = RouteSnapshot.load(file, source.realm(), source.worker());
        loaded.ifPresent(snapshot -> {
            interests = snapshot.interests();
            savedAtMs = snapshot.savedAtMs();
        });
        return loaded;
    }

    /** Why the feed can't go on from the snapshot's offset, or empty. */
    Optional<String> objection(RouteSnapshot snapshot) {
        if (!snapshot.source().equals(source)) {
            return Optional.of(
                    "the snapshot is of the feed " + snapshot.source().kind().text());
        }
        return clockMs.getAsLong() - snapshot.savedAtMs() > MAX_AGE_MS
                ? Optional.of("the snapshot is older than the topic keeps withdrawals")
                : Optional.empty();
    }

    boolean isDue() {
        return clockMs.getAsLong() - savedAtMs >= everyMs;
    }

    /** Whether the saved ones are others. */
    boolean lacks(List<ServiceName> currentInterests) {
        return !currentInterests.equals(interests);
    }

    /** @return whether it is saved; the log says why not */
    boolean save(RouteFold fold, long version, long nextOffset, List<ServiceName> currentInterests) {
        long startMs = clockMs.getAsLong();
        savedAtMs = startMs; // also when it fails: it is tried again as often as it succeeds
        try {
            new RouteSnapshot(
                            source,
                            nextOffset,
                            startMs,
                            version,
                            currentInterests,
                            fold.updates().toList())
                    .save(file);
        } catch (IOException e) {
            LOG.warn("cannot write {}: a restart would read more of the topic again: {}", file, e.toString());
            return false;
        }
        interests = currentInterests;
        savedAtMs = clockMs.getAsLong();
        everyMs = Math.max(EVERY_MS, PAUSE * (savedAtMs - startMs));
        return true;
    }
}
