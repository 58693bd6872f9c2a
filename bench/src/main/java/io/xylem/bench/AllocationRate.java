package io.xylem.bench;

import java.util.List;

/** Durable allocations a second: a realm's instances, from its first to its last address, in one partition. */
final class AllocationRate implements Figure {
    private final Setup setup;
    private final Contest contest;
    private final Comparison rate;

    private AllocationRate(Setup setup, Contest.Contender contender, Comparison rate) throws Exception {
        this.setup = setup;
        this.contest = Contest.start(setup, contender);
        this.rate = rate;
    }

    static AllocationRate ofAllocator(Setup setup) throws Exception {
        return new AllocationRate(
                setup,
                Cluster::startAllocator,
                new Comparison("durable allocations, one realm", "1/s", "at least 0.5, aim 0.8"));
    }

    /** What the allocator's records leave at best. */
    static AllocationRate ofStateless(Setup setup) throws Exception {
        return new AllocationRate(
                setup, Cluster::startStateless, new Comparison("its two records, nothing decided or kept", "1/s", ""));
    }

    @Override
    public void round(int round) throws Exception {
        Space space = new Space("rate" + round, setup.instances());
        contest.prepare(space);
        List<Log.Message> messages = Log.messages(space.instances(0, setup.instances()));
        double passed;
        double allocated;
        if (round % 2 == 0) {
            passed = contest.passThrough(messages);
            allocated = contest.allocate(messages);
        } else {
            allocated = contest.allocate(messages);
            passed = contest.passThrough(messages);
        }
        rate.add(passed, allocated);
    }

    @Override
    public List<Comparison> comparisons() {
        return List.of(rate);
    }

    @Override
    public void close() {
        contest.close();
    }
}
