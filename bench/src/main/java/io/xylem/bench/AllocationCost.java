package io.xylem.bench;

import java.io.IOException;
import java.util.List;

/**
 * What one allocation costs in a realm that is 99.9 % full, against one that is 1 % full: decide and apply on RocksDB,
 * in this process and without Kafka. Once with addresses that nobody ever had, and once where others have left: then the
 * full realm gives out again what has rested, while the empty one has fresh addresses still.
 */
final class AllocationCost implements Figure {
    /** A thousandth of all. */
    private static final int LAST = 64;

    private static final int HUNDREDTH = Space.FULL / 100;
    private static final int LOW = HUNDREDTH + LAST;
    private static final int BLOCK = 8;
    private static final int GENERATIONS = 40;
    private static final double NS_PER_US = 1e3;
    private static final String GOAL = "at most 1.5, aim 1.1";

    private final Comparison fresh = new Comparison("an allocation at 99.9 % full, not at 1 %: fresh", "us", GOAL);
    private final Comparison reused = new Comparison("an allocation at 99.9 % full, not at 1 %: reused", "us", GOAL);

    @Override
    public void round(int round) throws IOException {
        try (TempDir dir = TempDir.create();
                // Room for the instances that are measured, and no more.
                FilledRealm low = new FilledRealm(dir.directory("low"), new Space("bench", LOW + LAST));
                FilledRealm high = new FilledRealm(dir.directory("high"), new Space("bench", Space.FULL))) {
            high.schedule(0, Space.FULL - 2 * LAST, 0);
            low.schedule(0, HUNDREDTH, 0);
            high.reopen();
            low.reopen();
            // Not counted: the first after a start.
            high.schedule(Space.FULL - 2 * LAST, Space.FULL - LAST, 0);
            low.schedule(HUNDREDTH, LOW, 0);
            Cost first = schedule(low, high, 0);
            fresh.add(first.lowUs(), first.highUs());
            double lowUs = 0;
            double highUs = 0;
            for (int generation = 1; generation <= GENERATIONS; generation++) {
                low.remove(LOW, LOW + LAST, generation - 1);
                high.remove(Space.FULL - LAST, Space.FULL, generation - 1);
                Cost cost = schedule(low, high, generation);
                lowUs += cost.lowUs() / GENERATIONS;
                highUs += cost.highUs() / GENERATIONS;
            }
            reused.add(lowUs, highUs);
        }
    }

    /** Of one allocation. */
    private record Cost(double lowUs, double highUs) {}

    /** In small blocks by turns, so that a pause of the machine meets both alike, and each goes first as often. */
    private static Cost schedule(FilledRealm low, FilledRealm high, int generation) {
        long lowNs = 0;
        long highNs = 0;
        for (int n = 0; n < LAST; n += BLOCK) {
            boolean lowFirst = n / BLOCK % 2 == 0;
            if (lowFirst) {
                lowNs += low.schedule(LOW + n, LOW + n + BLOCK, generation);
            }
            highNs += high.schedule(Space.FULL - LAST + n, Space.FULL - LAST + n + BLOCK, generation);
            if (!lowFirst) {
                lowNs += low.schedule(LOW + n, LOW + n + BLOCK, generation);
            }
        }
        return new Cost(lowNs / NS_PER_US / LAST, highNs / NS_PER_US / LAST);
    }

    @Override
    public List<Comparison> comparisons() {
        return List.of(fresh, reused);
    }

    @Override
    public void close() {}
}
