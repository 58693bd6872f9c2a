package io.xylem.balancing;

import io.xylem.model.InstanceName;
import java.util.Collections;
import java.util.List;

/**
 * The candidates of one list with the fewest active flows for their weights. In blocks of 64 the least load and a bit for
 * each that has it are kept, so that a choice reads two words of a block, and a change of one candidate's flows at most
 * one block. All of it is in one array: the blocks' least loads, their bits, then everybody's load. Most choices read none
 * of it: whose turns are next is here.
 *
 * <p>A load is the bits of a {@code double}, which are in the order of the numbers as these are not negative. It is exact
 * enough: two quotients of integers that differ, differ as doubles unless both their products go beyond 2^52.
 */
class Loads {
    private static final int BLOCK = Long.SIZE;

    private List<Candidate> candidates = Collections.emptyList();
    private long[] words = {};
    private int size;
    private int blocks;
    private int last;

    /** Where a block begins, and a bit for each of it whose turn is next, all with the least load; 0: not known. */
    private int from;

    private long next;

    final Loads copy() {
        Loads copy = new Loads();
        copy.candidates = candidates;
        copy.words = words.clone();
        copy.size = size;
        copy.blocks = blocks;
        copy.last = last;
        copy.from = from;
        copy.next = next;
        return copy;
    }

    /** Goes on with these candidates. */
    final void deal(Choice choice) {
        List<Candidate> now = choice.candidates();
        if (Candidates.areSame(candidates, now)) {
            return;
        }
        from = 0;
        next = 0;
        // At first workers begin with different ones.
        last = size == 0 ? Math.floorMod(Hashes.of(choice.site()), now.size()) - 1 : lastAmong(now);
        candidates = now;
        size = now.size();
        blocks = Math.ceilDiv(size, BLOCK);
        words = new long[2 * blocks + size];
        for (int i = 0; i < size; i++) {
            words[2 * blocks + i] = load(now.get(i), choice.measurements());
        }
        for (int block = 0; block < blocks; block++) {
            lookThrough(block);
        }
    }

    /** Whoever stands where the last chosen one would, or before. */
    private int lastAmong(List<Candidate> now) {
        int found = Candidates.find(now, candidates.get(Math.max(0, last)).instance());
        return found >= 0 ? found : -found - 2;
    }

    private static long load(Candidate candidate, Measurements measurements) {
        double flows = Math.max(0, measurements.activeFlows(candidate.instance()));
        return Double.doubleToRawLongBits(flows / candidate.weight());
    }

    final int next(Choice choice) {
        if (!Candidates.areSame(candidates, choice.candidates())) {
            deal(choice);
        }
        last = first();
        next &= next - 1;
        return last;
    }

    /** After {@link #deal}: of those with the least load the next one after the last chosen. */
    final int first() {
        if (next == 0) {
            look();
        }
        return from + Long.numberOfTrailingZeros(next);
    }

    private void look() {
        long least = words[0];
        for (int block = 1; block < blocks; block++) {
            least = Math.min(least, words[block]);
        }
        int after = last + 1 < size ? last + 1 : 0;
        int block = after / BLOCK;
        next = words[block] == least ? words[blocks + block] & -1L << after : 0;
        while (next == 0) {
            block = block + 1 < blocks ? block + 1 : 0;
            next = words[block] == least ? words[blocks + block] : 0;
        }
        from = block * BLOCK;
    }

    /** The instance need not be a candidate. */
    final void changed(InstanceName instance, Measurements measurements) {
        int candidate = Candidates.find(candidates, instance);
        if (candidate < 0) {
            return;
        }
        long load = load(candidates.get(candidate), measurements);
        int block = candidate / BLOCK;
        int ties = blocks + block;
        long bit = 1L << candidate;
        if (load <= words[from / BLOCK]) {
            next = 0;
        } else if (block == from / BLOCK) {
            next &= ~bit;
        }
        words[2 * blocks + candidate] = load;
        if (load < words[block]) {
            words[block] = load;
            words[ties] = bit;
        } else if (load == words[block]) {
            words[ties] |= bit;
        } else {
            words[ties] &= ~bit;
            if (words[ties] == 0) {
                lookThrough(block);
            }
        }
    }

    private void lookThrough(int block) {
        int first = 2 * blocks + block * BLOCK;
        int end = Math.min(first + BLOCK, words.length);
        long least = Long.MAX_VALUE;
        for (int i = first; i < end; i++) {
            least = Math.min(least, words[i]);
        }
        long ties = 0;
        for (int i = first; i < end; i++) {
            ties |= words[i] == least ? 1L << (i - first) : 0;
        }
        words[block] = least;
        words[blocks + block] = ties;
    }
}
