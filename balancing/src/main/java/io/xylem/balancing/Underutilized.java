package io.xylem.balancing;

import io.xylem.model.InstanceName;
import io.xylem.model.Ipv6Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code underutilized}: the instance with the fewest active flows for its weight; of several, the one that was chosen
 * longest ago. A choice and a change of one instance's flows cost O(log k).
 */
public final class Underutilized implements BalancingPolicy {
    private static final Ipv6Prefix PREFIX = Ipv6Prefix.parse("fdff:3000::/21");

    @Override
    public String ipType() {
        return "underutilized";
    }

    @Override
    public String descriptorField() {
        return "underutilized_ip";
    }

    @Override
    public Ipv6Prefix v6Prefix() {
        return PREFIX;
    }

    @Override
    public Set<Need> needs() {
        return Set.of(Need.ACTIVE_FLOWS);
    }

    @Override
    public Ahead ahead() {
        return Ahead.FOR_ANYBODY;
    }

    @Override
    public InstanceChooser newChooser() {
        return new Chooser();
    }

    private static final class Chooser implements InstanceChooser {
        private @Nullable Loads loads;

        @Override
        public int choose(Choice choice) {
            Loads current = loadsOf(choice);
            loads = current;
            return current.next();
        }

        @Override
        public Explanation explain(Choice choice) {
            Loads current = loadsOf(choice);
            return new Explanation(current.first(), "fewest active flows for its weight", current.scores());
        }

        @Override
        public void flowsChanged(InstanceName instance, Measurements measurements) {
            if (loads != null) {
                loads.changed(instance, measurements);
            }
        }

        private Loads loadsOf(Choice choice) {
            Loads last = loads;
            return last != null && Candidates.areSame(last.candidates, choice.candidates())
                    ? last
                    : new Loads(choice, last);
        }
    }

    /** The candidates of one list, the least loaded first. */
    private static final class Loads {
        final List<Candidate> candidates;
        private final long[] flows;
        private final int[] weights;
        private final long[] chosenAt;
        private final IndexedHeap heap;
        private long choices;

        Loads(Choice choice, @Nullable Loads before) {
            candidates = choice.candidates();
            int size = candidates.size();
            flows = new long[size];
            weights = new int[size];
            chosenAt = new long[size];
            choices = before == null ? 0 : before.choices;
            int start = Math.floorMod(Hashes.of(choice.site()), size);
            heap = new IndexedHeap(size, this::isBefore);
            for (int i = 0; i < size; i++) {
                InstanceName instance = candidates.get(i).instance();
                flows[i] = choice.measurements().activeFlows(instance);
                weights[i] = candidates.get(i).weight();
                // All below 0: those never chosen here come first, and workers begin with different ones.
                chosenAt[i] = (long) Math.floorMod(i - start, size) - size;
                if (before != null) {
                    int known = Candidates.find(before.candidates, instance);
                    chosenAt[i] = known < 0 ? chosenAt[i] : before.chosenAt[known];
                }
                heap.add(i);
            }
        }

        int first() {
            return heap.first();
        }

        int next() {
            int next = heap.first();
            chosenAt[next] = choices++;
            heap.moved(next);
            return next;
        }

        void changed(InstanceName instance, Measurements measurements) {
            int index = Candidates.find(candidates, instance);
            if (index >= 0) {
                flows[index] = measurements.activeFlows(instance);
                heap.moved(index);
            }
        }

        List<String> scores() {
            List<String> scores = new ArrayList<>();
            for (int i = 0; i < flows.length; i++) {
                scores.add(flows[i] + (flows[i] == 1 ? " flow" : " flows") + ", weight " + weights[i]);
            }
            return scores;
        }

        private boolean isBefore(int a, int b) {
            long loadA = flows[a] * weights[b];
            long loadB = flows[b] * weights[a];
            if (loadA != loadB) {
                return loadA < loadB;
            }
            return chosenAt[a] != chosenAt[b] ? chosenAt[a] < chosenAt[b] : a < b;
        }
    }
}
