package io.xylem.balancing;

import java.util.List;

/** Everybody once a round, in a fixed order: constant cost. */
final class EqualTurns extends Turns {
    private final int[] order;
    private int turn;

    /** @param order those that were given their turn stand first */
    EqualTurns(List<Candidate> candidates, int[] shares, int[] order, int[] given) {
        super(candidates, shares);
        this.order = order;
        for (int served : given) {
            turn += served;
        }
        turn %= order.length;
    }

    @Override
    int peek() {
        return order[turn];
    }

    @Override
    int next() {
        int next = order[turn++];
        if (turn == order.length) {
            turn = 0;
        }
        return next;
    }

    @Override
    int[] given() {
        int[] given = new int[order.length];
        for (int i = 0; i < turn; i++) {
            given[order[i]] = 1;
        }
        return given;
    }

    @Override
    int inTurn(int turn) {
        return order[turn];
    }
}
