package io.xylem.balancing;

/**
 * Works out the turns of candidates whose shares differ. A round has as many turns as there are shares in all, {@code W};
 * the {@code n}-th flow of a candidate with share {@code w} belongs between turn {@code ⌊(n-1)·W/w⌋} and turn
 * {@code ⌈n·W/w⌉ - 1}. Whoever must be chosen soonest, of those that may be, is next: that always keeps everybody in these
 * bounds (Pfair scheduling, Baruah et al. 1996, on one processor), so after each flow everybody is less than one flow away
 * from its exact part. Each turn costs O(log k).
 */
final class WeightedTurns {
    private final int[] shares;
    private final int[] given;
    /** When a candidate may be chosen while it waits, when it must be chosen while it is due. */
    private final long[] turns;

    private final IntHeap waiting;
    private final IntHeap due;
    private final int start;
    private long turnsInAll;
    private long turn;

    /**
     * @param given of the round so far
     * @param start who is first of those that are due at the same time
     */
    WeightedTurns(int[] shares, int[] given, int start) {
        this.shares = shares;
        this.given = given.clone();
        this.start = start;
        turns = new long[shares.length];
        IntHeap.Order order = (a, b) -> turns[a] < turns[b] || (turns[a] == turns[b] && rank(a) < rank(b));
        waiting = new IntHeap(shares.length, order);
        due = new IntHeap(shares.length, order);
        for (int i = 0; i < shares.length; i++) {
            turnsInAll += shares[i];
            turn += given[i];
        }
        for (int i = 0; i < shares.length; i++) {
            await(i);
        }
    }

    /** As many as are left of the round, or this many. Empty if the round is over. */
    char[] next(int most) {
        char[] next = new char[(int) Math.min(turnsInAll - turn, most)];
        for (int i = 0; i < next.length; i++) {
            makeDue();
            int candidate = due.removeFirst();
            next[i] = (char) candidate;
            given[candidate]++;
            turn++;
            await(candidate);
        }
        return next;
    }

    private void await(int candidate) {
        if (given[candidate] < shares[candidate]) {
            turns[candidate] = given[candidate] * turnsInAll / shares[candidate];
            waiting.add(candidate);
        }
    }

    /** Lets those be due that may be chosen in this turn. */
    private void makeDue() {
        // After a change of candidates nobody may be due yet though turns are left: then the next one is.
        while (!waiting.isEmpty() && (due.isEmpty() || turns[waiting.first()] <= turn)) {
            int candidate = waiting.removeFirst();
            turns[candidate] = Math.ceilDiv((given[candidate] + 1) * turnsInAll, shares[candidate]) - 1;
            due.add(candidate);
        }
    }

    private int rank(int candidate) {
        int rank = candidate - start;
        return rank < 0 ? rank + given.length : rank;
    }
}
