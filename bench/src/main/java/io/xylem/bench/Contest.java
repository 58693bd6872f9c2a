package io.xylem.bench;

import io.xylem.schemas.Topics;
import java.io.IOException;
import java.util.List;

/** The allocator, or what stands in for it, and the yardstick on one broker, both running and warmed up. */
final class Contest implements AutoCloseable {
    /** As many as a realm holds; by then the compilers of the JVMs have come to rest. */
    private static final int WARM_UP = Space.FULL;

    private static final int WARM_UPS = 6;
    private static final double NS_PER_US = 1e3;

    private final Cluster cluster;
    private final Jvm passThrough;
    private final Jvm allocator;
    private final Pipe passThroughPipe;
    private final Pipe allocatorPipe;

    /** What answers events by outcomes. */
    interface Contender {
        Jvm startIn(Cluster cluster) throws IOException;
    }

    private Contest(Cluster cluster, Contender contender) throws Exception {
        this.cluster = cluster;
        passThrough = cluster.startPassThrough();
        allocator = contender.startIn(cluster);
        passThroughPipe = new Pipe(cluster.bootstrap(), PassThrough.FROM, PassThrough.TO);
        allocatorPipe = new Pipe(cluster.bootstrap(), Topics.DEPLOYMENT_EVENTS.name(), Topics.OUTCOMES.name());
    }

    static Contest start(Setup setup, Contender contender) throws Exception {
        Contest contest = new Contest(Cluster.start(setup), contender);
        int instances = Math.min(setup.instances(), WARM_UP);
        for (int n = 0; n < WARM_UPS; n++) {
            Space space = new Space("warmup" + n, instances);
            contest.prepare(space);
            List<Log.Message> messages = Log.messages(space.instances(0, instances));
            System.err.printf("warm-up %d: %s%n", n + 1, contest.describe(messages));
        }
        return contest;
    }

    /** The rates of both, and the processor time that an event takes. */
    private String describe(List<Log.Message> messages) throws InterruptedException {
        long allocatorNs = allocator.processorNs();
        long brokerNs = cluster.broker().processorNs();
        double allocated = allocate(messages);
        allocatorNs = allocator.processorNs() - allocatorNs;
        brokerNs = cluster.broker().processorNs() - brokerNs;
        long passThroughNs = passThrough.processorNs();
        double passed = passThrough(messages);
        passThroughNs = passThrough.processorNs() - passThroughNs;
        double events = messages.size() * NS_PER_US;
        return "%.0f/s, %.1f us of processor time and %.1f of the broker's; pass-through %.0f/s, %.1f us"
                .formatted(allocated, allocatorNs / events, brokerNs / events, passed, passThroughNs / events);
    }

    /** The yardstick's. */
    Pipe passThroughPipe() {
        return passThroughPipe;
    }

    Jvm passThrough() {
        return passThrough;
    }

    Pipe allocatorPipe() {
        return allocatorPipe;
    }

    Jvm allocator() {
        return allocator;
    }

    void prepare(Space space) throws InterruptedException {
        allocate(Log.messages(space.preparation()));
    }

    /** @return allocations a second */
    double allocate(List<Log.Message> messages) throws InterruptedException {
        Pipe.Burst burst = allocatorPipe.burst(messages, allocator);
        Log.checkAccepted(burst.answers());
        return burst.perSecond();
    }

    /** @return records a second */
    double passThrough(List<Log.Message> messages) throws InterruptedException {
        return passThroughPipe.burst(messages, passThrough).perSecond();
    }

    @Override
    public void close() {
        allocatorPipe.close();
        passThroughPipe.close();
        try (cluster) {
            allocator.close();
            passThrough.close();
        }
    }
}
