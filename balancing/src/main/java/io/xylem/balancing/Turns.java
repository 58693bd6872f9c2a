package io.xylem.balancing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Candidates that are chosen in turn. In each round everybody is chosen as often as its share says: its weight, divided
 * by what all weights have in common. Within a round nobody is ever a whole flow ahead of or behind its part.
 *
 * <p>Another list of candidates goes on with the round: those that stay keep what they were given of it, a newcomer
 * counts as having been given its part so far, so that neither coming and going nor staying is of advantage.
 */
abstract sealed class Turns permits EqualTurns, WeightedTurns {
    private final List<Candidate> candidates;
    final int[] shares;

    Turns(List<Candidate> candidates, int[] shares) {
        this.candidates = candidates;
        this.shares = shares;
    }

    /**
     * @param before with the candidates until now
     * @param site of the client's worker: each begins with another candidate, or one would get the first flow of everybody
     */
    static Turns of(List<Candidate> candidates, @Nullable Turns before, Site site) {
        int[] shares = shares(candidates);
        int start = Math.floorMod(Hashes.of(site), shares.length);
        int[] given = before == null ? new int[shares.length] : before.given(candidates, shares);
        return Arrays.stream(shares).allMatch(share -> share == 1)
                ? new EqualTurns(candidates, shares, order(candidates, given, before, start), given)
                : new WeightedTurns(candidates, shares, given, start);
    }

    final boolean isOf(List<Candidate> list) {
        return Candidates.areSame(candidates, list);
    }

    /** Who is next; changes nothing. */
    abstract int peek();

    /** Who is next, and it has had its turn. */
    abstract int next();

    /** How often each was chosen in this round; a copy. */
    abstract int[] given();

    /** For people. */
    final List<String> scores() {
        int[] given = given();
        List<String> scores = new ArrayList<>();
        for (int i = 0; i < shares.length; i++) {
            scores.add(given[i] + " of " + shares[i] + " in this round");
        }
        return scores;
    }

    /** What each of these candidates was given of the round. */
    private int[] given(List<Candidate> now, int[] sharesNow) {
        int[] givenBefore = given();
        long all = Arrays.stream(shares).asLongStream().sum();
        long done = Arrays.stream(givenBefore).asLongStream().sum();
        int[] given = new int[sharesNow.length];
        for (int i = 0; i < given.length; i++) {
            int known = Candidates.find(candidates, now.get(i).instance());
            given[i] = (int)
                    (known < 0 ? sharesNow[i] * done / all : (long) sharesNow[i] * givenBefore[known] / shares[known]);
        }
        return given;
    }

    /** Those whose turn was, those that wait as long as they stay, then newcomers. */
    private static int[] order(List<Candidate> now, int[] given, @Nullable Turns before, int start) {
        int[] order = new int[given.length];
        if (before == null) {
            for (int i = 0; i < order.length; i++) {
                order[i] = (start + i) % order.length;
            }
            return order;
        }
        int filled = 0;
        boolean[] placed = new boolean[order.length];
        for (int served = 1; served >= 0; served--) {
            for (int turn = 0; turn < before.candidates.size(); turn++) {
                int i = Candidates.find(
                        now, before.candidates.get(before.inTurn(turn)).instance());
                if (i >= 0 && given[i] == served) {
                    order[filled++] = i;
                    placed[i] = true;
                }
            }
        }
        for (int i = 0; i < order.length; i++) {
            if (!placed[i]) {
                order[filled++] = i;
            }
        }
        return order;
    }

    /** The candidate that has this turn of a round, if there is such an order. */
    int inTurn(int turn) {
        return turn;
    }

    private static int[] shares(List<Candidate> candidates) {
        int[] shares = new int[candidates.size()];
        int common = 0;
        for (int i = 0; i < shares.length; i++) {
            shares[i] = candidates.get(i).weight();
            common = gcd(shares[i], common);
        }
        for (int i = 0; i < shares.length; i++) {
            shares[i] /= common;
        }
        return shares;
    }

    private static int gcd(int a, int b) {
        return b == 0 ? a : gcd(b, a % b);
    }
}
