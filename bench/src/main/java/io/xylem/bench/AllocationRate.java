package io.xylem.bench;

import java.util.List;

/** Durable allocations a second: a realm's instances, from its first to its last address, in one partition. */
final class AllocationRate implements Figure {
    private final Setup setup;
    private final Contest contest;
    private final Comparison rate = new Comparison("durable allocations, one realm", "1/s", "at least 0.5, aim 0.8");

    AllocationRate(Setup setup) throws Exception {
        this.setup = setup;
        this.contest = Contest.start(setup);
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
