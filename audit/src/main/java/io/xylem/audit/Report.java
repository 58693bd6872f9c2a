package io.xylem.audit;

import java.util.List;

/**
 * What a verification found.
 *
 * @param differences the first of each partition, in the order of the events; {@code count} is the number of all
 * @param live what there is now, by the derived state
 */
public record Report(List<OfPartition> partitions, List<Difference> differences, long count, Live live) {
    public record Live(int realms, int workers, int services, int instances) {}

    /**
     * @param snapshot offset before which all was taken from the snapshot of an earlier run; 0: there was none
     * @param end behind the last event that was compared
     * @param pending events without an outcome at the end of the log
     * @param unchecked answers whose outcomes are deleted already
     */
    public record OfPartition(
            int partition,
            long snapshot,
            long end,
            long events,
            long accepted,
            long rejected,
            long repeated,
            long unreadable,
            long pending,
            long outcomes,
            long unchecked,
            long allocations,
            long hashes) {}

    public Report {
        partitions = List.copyOf(partitions);
        differences = List.copyOf(differences);
    }

    public boolean isClean() {
        return count == 0;
    }
}
