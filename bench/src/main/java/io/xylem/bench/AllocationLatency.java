package io.xylem.bench;

import java.util.List;

/** Publish to committed outcome, for a publisher that waits for each outcome, and for one with a steady rate. */
final class AllocationLatency implements Figure {
    private static final int ONE_BY_ONE = 400;
    private static final int PER_SECOND = 100;
    private static final int AT_RATE = 5 * PER_SECOND;
    private static final String P50_GOAL = "at most 1.3, aim 1.1";
    private static final String P99_GOAL = "at most 1.5, aim 1.2";

    private final Contest contest;
    private final Quantiles oneByOne = new Quantiles("one at a time");
    private final Quantiles atRate = new Quantiles("at " + PER_SECOND + "/s");

    AllocationLatency(Setup setup) throws Exception {
        this.contest = Contest.start(setup, Cluster::startAllocator);
    }

    @Override
    public void round(int round) throws Exception {
        Space space = new Space("latency" + round, ONE_BY_ONE + AT_RATE);
        contest.prepare(space);
        boolean allocatorFirst = round % 2 == 1;
        List<Log.Message> messages = Log.messages(space.instances(0, ONE_BY_ONE));
        oneByOne.measure(contest, allocatorFirst, (pipe, program) -> pipe.oneByOne(messages, program));
        List<Log.Message> more = Log.messages(space.instances(ONE_BY_ONE, ONE_BY_ONE + AT_RATE));
        atRate.measure(contest, allocatorFirst, (pipe, program) -> pipe.atRate(more, PER_SECOND, program));
    }

    @Override
    public List<Comparison> comparisons() {
        return List.of(oneByOne.p50, oneByOne.p99, atRate.p50, atRate.p99);
    }

    @Override
    public void close() {
        contest.close();
    }

    private interface Load {
        Pipe.Latencies on(Pipe pipe, Jvm program) throws InterruptedException;
    }

    private static final class Quantiles {
        private final Comparison p50;
        private final Comparison p99;

        Quantiles(String load) {
            p50 = new Comparison(load + ": publish to outcome, p50", "ms", P50_GOAL);
            p99 = new Comparison(load + ": publish to outcome, p99", "ms", P99_GOAL);
        }

        void measure(Contest contest, boolean allocatorFirst, Load load) throws InterruptedException {
            Pipe.Latencies allocated;
            Pipe.Latencies passed;
            if (allocatorFirst) {
                allocated = load.on(contest.allocatorPipe(), contest.allocator());
                passed = load.on(contest.passThroughPipe(), contest.passThrough());
            } else {
                passed = load.on(contest.passThroughPipe(), contest.passThrough());
                allocated = load.on(contest.allocatorPipe(), contest.allocator());
            }
            Log.checkAccepted(allocated.answers());
            p50.add(at(passed, 0.5), at(allocated, 0.5));
            p99.add(at(passed, 0.99), at(allocated, 0.99));
        }

        private static double at(Pipe.Latencies latencies, double part) {
            return Comparison.percentile(latencies.latenciesMs(), part);
        }
    }
}
