package io.xylem.bench;

import io.xylem.allocator.domain.Allocator;
import io.xylem.allocator.domain.Event;
import io.xylem.allocator.domain.Outcome;
import io.xylem.allocator.stream.RocksRealm;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** A realm in RocksDB in this process, handled event by event as the allocator does it. */
final class FilledRealm implements AutoCloseable {
    /** Longer than a released address rests. */
    private static final long REST_MS = 61_000;

    private static final String REALM = "bench";
    private static final int NUMBERS_A_GENERATION = 1_000;

    private final Path dir;
    private final Space space;
    private RocksRealm rocks;
    private long offset;
    private long atMs = 1_700_000_000_000L;

    /** @param space how large the realm is; holds no instance yet */
    FilledRealm(Path dir, Space space) {
        this.dir = dir;
        this.space = space;
        this.rocks = new RocksRealm(dir, REALM);
        for (int n = 0; n < space.workers(); n++) {
            handle(new Event.WorkerJoined(space.worker(n), "bench", new Endpoint("192.168.77.1", 1 + n), null, null));
        }
        for (int n = 0; n < space.services(); n++) {
            handle(new Event.ServiceRegistered(ServiceName.parse(space.service(n)), List.of()));
        }
    }

    /** In one transaction. @return nanoseconds */
    long schedule(int from, int to, int generation) {
        long startNs = System.nanoTime();
        for (int n = from; n < to; n++) {
            handle(new Event.InstanceScheduled(instance(n, generation), space.worker(n)));
        }
        rocks.write();
        return System.nanoTime() - startNs;
    }

    /** And lets them rest until they may be given out again. */
    void remove(int from, int to, int generation) {
        for (int n = from; n < to; n++) {
            handle(new Event.InstanceRemoved(instance(n, generation)));
        }
        rocks.write();
        atMs += REST_MS;
    }

    /** As a restart of the allocator does it: all is on disk, and is read from there. */
    void reopen() {
        rocks.close();
        rocks = new RocksRealm(dir, REALM);
    }

    private InstanceName instance(int n, int generation) {
        return new InstanceName(
                ServiceName.parse(space.service(n)), space.number(n) + generation * NUMBERS_A_GENERATION);
    }

    private void handle(Event event) {
        // An id as long as those that publishers make.
        String id = new UUID(0, offset).toString();
        Outcome outcome =
                Allocator.handle(rocks.store(), id, event, atMs++, offset++).outcome();
        if (!(outcome.result() instanceof Outcome.Accepted)) {
            throw new IllegalStateException("the allocator was to accept each event, and said: " + outcome);
        }
    }

    @Override
    public void close() {
        rocks.close();
    }
}
