package io.xylem.balancing;

import java.util.List;

/**
 * Shares that differ. A round has as many turns as there are shares in all, {@code W}; the {@code n}-th flow of a
 * candidate with share {@code w} belongs between turn {@code ⌊(n-1)·W/w⌋} and turn {@code ⌈n·W/w⌉ - 1}. Whoever must be
 * chosen soonest, of those that may be, is next: that always keeps everybody in these bounds (Pfair scheduling, Baruah et
 * al. 1996, on one processor), so after each flow everybody is less than one flow away from its exact part. Each choice
 * costs O(log k).
 */
final class WeightedTurns extends Turns {
    private final int[] given;
    /** When a candidate may be chosen while it waits, when it must be chosen while it is due. */
    private final long[] turns;

    private final IndexedHeap waiting;
    private final IndexedHeap due;
    private final int start;
    private long turnsInAll;
    private long turn;

    WeightedTurns(List<Candidate> candidates, int[] shares, int[] given, int start) {
        super(candidates, shares);
        this.given = given;
        this.start = start;
        turns = new long[shares.length];
        IndexedHeap.Order order = (a, b) -> turns[a] < turns[b] || (turns[a] == turns[b] && rank(a) < rank(b));
        waiting = new IndexedHeap(shares.length, order);
        due = new IndexedHeap(shares.length, order);
        for (int i = 0; i < shares.length; i++) {
            turnsInAll += shares[i];
            turn += given[i];
        }
        for (int i = 0; i < shares.length; i++) {
            await(i);
        }
        advance();
    }

    @Override
    int peek() {
        return due.first();
    }

    @Override
    int next() {
        int next = due.removeFirst();
        given[next]++;
        turn++;
        await(next);
        advance();
        return next;
    }

    @Override
    int[] given() {
        return given.clone();
    }

    private void await(int candidate) {
        if (given[candidate] < shares[candidate]) {
            turns[candidate] = given[candidate] * turnsInAll / shares[candidate];
            waiting.add(candidate);
        }
    }

    /** Lets those be due that may be chosen in this turn; begins a new round after the last one. */
    private void advance() {
        if (turn == turnsInAll) {
            turn = 0;
            for (int i = 0; i < given.length; i++) {
                given[i] = 0;
                await(i);
            }
        }
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
