package io.xylem.balancing;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whose turn it is, round after round ({@link Round}). A choice reads this object and, unless all are equal, in one of
 * eight cases the array of turns: with thousands of services each line of memory that is not read is what counts.
 */
class Turns {
    private static final int TURNS_A_LONG = Long.SIZE / Character.SIZE;

    private @Nullable List<Candidate> candidates;
    private char @Nullable [] order;
    private int turn;
    private int end;
    /** The next turns, 16 bits each, those that come first in the lowest bits. */
    private long ahead;

    private long further;
    private int turnsAhead;
    private @Nullable Round round;

    final Turns copy() {
        Turns copy = new Turns();
        copy.candidates = candidates;
        copy.order = order;
        copy.turn = turn;
        copy.end = end;
        copy.round = round;
        copy.ahead = ahead;
        copy.further = further;
        copy.turnsAhead = turnsAhead;
        return copy;
    }

    /** Who is next, and it has had its turn. */
    final int next(List<Candidate> now, Site site) {
        if (!Candidates.areSame(candidates, now)) {
            deal(now, site);
        }
        if (order == null) {
            int next = turn++;
            if (turn == end) {
                turn = 0;
            }
            return next;
        }
        int next = (int) ahead & 0xffff;
        ahead = ahead >>> 16 | further << 48;
        further >>>= 16;
        turn++;
        if (--turnsAhead == 0) {
            lookAhead();
        }
        return next;
    }

    private void lookAhead() {
        if (turn == end) {
            take(Objects.requireNonNull(round).next(), 0);
            return;
        }
        char[] turns = Objects.requireNonNull(order);
        turnsAhead = Math.min(2 * TURNS_A_LONG, end - turn);
        ahead = 0;
        further = 0;
        for (int i = turnsAhead - 1; i >= 0; i--) {
            further = further << 16 | ahead >>> 48;
            ahead = ahead << 16 | turns[turn + i];
        }
    }

    /** After {@link #deal}: who is next; changes nothing. */
    final int peek() {
        return order == null ? turn : order[turn];
    }

    /** Goes on with these candidates. */
    final void deal(List<Candidate> now, Site site) {
        if (!Candidates.areSame(candidates, now)) {
            Round next = round == null ? Round.first(now, site) : round.with(now, turn, site);
            candidates = now;
            take(next, next.firstTurn());
        }
    }

    private void take(Round next, int firstTurn) {
        round = next;
        order = next.order();
        end = next.end();
        turn = firstTurn;
        if (order != null) {
            lookAhead();
        }
    }

    /** After {@link #deal}, for people. */
    final List<String> scores() {
        return round == null ? List.of() : round.scores(turn);
    }
}
