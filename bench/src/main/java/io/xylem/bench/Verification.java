package io.xylem.bench;

import io.xylem.audit.Audit;
import io.xylem.audit.RealmFilter;
import io.xylem.audit.Report;
import io.xylem.balancing.Policies;
import io.xylem.schemas.Topics;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * {@code audit verify} of a log from its first event, against a consumer that decodes the same records; both in this
 * process, the allocator stopped.
 */
final class Verification implements Figure {
    private static final double NS_PER_SECOND = 1e9;

    private final Cluster cluster;
    private final int events;
    private final Map<String, Object> client;
    private final Comparison time;

    Verification(Setup setup) throws Exception {
        cluster = Cluster.start(setup);
        events = setup.auditEvents();
        client = Map.of(
                "bootstrap.servers",
                cluster.bootstrap(),
                "schema.registry.url",
                Log.REGISTRY,
                "isolation.level",
                "read_committed",
                "enable.auto.commit",
                false);
        time = new Comparison("audit verify of " + events + " events", "s", "at most 4, aim 1.5");
        write();
    }

    private void write() throws Exception {
        MixedLog log = new MixedLog();
        try (Jvm allocator = cluster.startAllocator();
                Pipe pipe = new Pipe(cluster.bootstrap(), Topics.DEPLOYMENT_EVENTS.name(), Topics.OUTCOMES.name())) {
            for (int written = 0; written < events; ) {
                List<Log.Message> messages = log.next(events - written);
                pipe.burst(messages, allocator);
                written += messages.size();
            }
        }
    }

    @Override
    public void round(int round) throws IOException {
        double decoded;
        double verified;
        if (round % 2 == 0) {
            decoded = decode();
            verified = verify();
        } else {
            verified = verify();
            decoded = decode();
        }
        time.add(decoded, verified);
    }

    private double decode() {
        long startNs = System.nanoTime();
        PlainConsumer.read(client);
        return (System.nanoTime() - startNs) / NS_PER_SECOND;
    }

    private double verify() throws IOException {
        long startNs = System.nanoTime();
        Report report = new Audit(client, RealmFilter.ALL, Policies.load()).verify(null);
        double seconds = (System.nanoTime() - startNs) / NS_PER_SECOND;
        long compared = report.partitions().stream()
                .mapToLong(Report.OfPartition::events)
                .sum();
        if (!report.isClean() || compared != events) {
            throw new IllegalStateException(
                    "the log of " + events + " events was to be found clean, and the audit said: " + report);
        }
        return seconds;
    }

    @Override
    public List<Comparison> comparisons() {
        return List.of(time);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
