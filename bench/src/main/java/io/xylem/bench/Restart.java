package io.xylem.bench;

import io.xylem.schemas.Topics;
import java.util.List;

/**
 * From the start of the allocator's process to the first outcome of an event that waits for it, with a full realm and
 * with one instance, each on a broker of its own; once with the state that it left, once with none, restored from the
 * changelog. Before each start it has ended in order.
 */
final class Restart implements Figure {
    private static final double NS_PER_SECOND = 1e9;

    private final Site empty;
    private final Site full;
    private final Comparison kept = new Comparison("restart to first outcome, state kept", "s", "at most 1.5, aim 1.1");
    private final Comparison lost = new Comparison("restart to first outcome, state lost", "s", "at most 4, aim 2");

    Restart(Setup setup) throws Exception {
        empty = new Site(setup, 1);
        full = new Site(setup, setup.instances());
    }

    @Override
    public void round(int round) throws Exception {
        boolean fullFirst = round % 2 == 1;
        measure(kept, fullFirst, false);
        measure(lost, fullFirst, true);
    }

    private void measure(Comparison comparison, boolean fullFirst, boolean loseState) throws Exception {
        double ofFull = fullFirst ? full.restart(loseState) : 0;
        double ofEmpty = empty.restart(loseState);
        comparison.add(ofEmpty, fullFirst ? ofFull : full.restart(loseState));
    }

    @Override
    public List<Comparison> comparisons() {
        return List.of(kept, lost);
    }

    @Override
    public void close() {
        try (empty) {
            full.close();
        }
    }

    private static final class Site implements AutoCloseable {
        private final Cluster cluster;
        private final Pipe pipe;
        private final Space space;
        private boolean ready;

        Site(Setup setup, int instances) throws Exception {
            cluster = Cluster.start(setup);
            pipe = new Pipe(cluster.bootstrap(), Topics.DEPLOYMENT_EVENTS.name(), Topics.OUTCOMES.name());
            space = new Space("restart", instances);
            try (Jvm allocator = cluster.startAllocator()) {
                burst(Log.messages(space.preparation()), allocator);
                burst(Log.messages(space.instances(0, instances)), allocator);
            }
        }

        private void burst(List<Log.Message> messages, Jvm allocator) throws InterruptedException {
            Log.checkAccepted(pipe.burst(messages, allocator).answers());
        }

        /** @return seconds */
        double restart(boolean loseState) throws Exception {
            if (loseState) {
                cluster.loseAllocatorState();
            }
            ready = !ready;
            List<Log.Message> event = Log.messages(List.of(space.readiness(0, ready)));
            long startNs = System.nanoTime();
            try (Jvm allocator = cluster.startAllocator()) {
                Pipe.Burst first = pipe.burst(event, allocator);
                double seconds = (System.nanoTime() - startNs) / NS_PER_SECOND;
                Log.checkAccepted(first.answers());
                return seconds;
            }
        }

        @Override
        public void close() {
            pipe.close();
            cluster.close();
        }
    }
}
