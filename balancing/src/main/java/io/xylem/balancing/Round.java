package io.xylem.balancing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The turns of a round, or as many of them as are worked out at once; it never changes, {@link Turns} counts. In each
 * round everybody is chosen as often as its share says, which is its weight divided by what all weights have in common.
 * Within a round nobody is ever a whole flow ahead of or behind its part.
 *
 * <p>Another list of candidates goes on with the round: those that stay keep what they were given of it, a newcomer
 * counts as having been given its part so far, so that neither coming and going nor staying is of advantage.
 */
final class Round {
    /** Turns of weighted candidates take 2 bytes each, and about 0.1 µs to work out. */
    static final int TURNS_MOST = 1_024;

    private final Shares shares;
    /** What each was given of the round before the first of these turns. */
    private final int[] before;

    private final char @Nullable [] order;
    private final int firstTurn;

    /**
     * What everybody's part is.
     *
     * @param start who begins: another one for each worker, or one would get the first flow of everybody
     */
    private record Shares(List<Candidate> candidates, int[] of, long all, int start) {
        static Shares of(List<Candidate> candidates, Site site) {
            if (candidates.size() > Character.MAX_VALUE) {
                throw new IllegalArgumentException(candidates.size() + " candidates; turns are taken by "
                        + (int) Character.MAX_VALUE + " at most");
            }
            int[] shares = new int[candidates.size()];
            int common = 0;
            for (int i = 0; i < shares.length; i++) {
                shares[i] = candidates.get(i).weight();
                common = gcd(shares[i], common);
            }
            long all = 0;
            for (int i = 0; i < shares.length; i++) {
                shares[i] /= common;
                all += shares[i];
            }
            return new Shares(candidates, shares, all, Math.floorMod(Hashes.of(site), shares.length));
        }

        private static int gcd(int a, int b) {
            return b == 0 ? a : gcd(b, a % b);
        }

        boolean areEqual() {
            return all == of.length;
        }
    }

    private Round(Shares shares, int[] before, char @Nullable [] order, int firstTurn) {
        this.shares = shares;
        this.before = before;
        this.order = order;
        this.firstTurn = firstTurn;
    }

    /** @param site of the client's worker */
    static Round first(List<Candidate> candidates, Site site) {
        Shares shares = Shares.of(candidates, site);
        int[] nothing = new int[shares.of.length];
        return shares.areEqual() ? new Round(shares, nothing, null, shares.start) : weighted(shares, nothing);
    }

    private static Round weighted(Shares shares, int[] given) {
        long done = Arrays.stream(given).asLongStream().sum();
        int[] before = done == shares.all ? new int[given.length] : given;
        return new Round(shares, before, new WeightedTurns(shares.of, before, shares.start).next(TURNS_MOST), 0);
    }

    /**
     * The same round with other candidates.
     *
     * @param turn that would have been next
     */
    Round with(List<Candidate> now, int turn, Site site) {
        Shares next = Shares.of(now, site);
        int[] given = given(turn, next);
        if (!next.areEqual()) {
            return weighted(next, given);
        }
        int served = Arrays.stream(given).sum();
        return new Round(next, new int[given.length], order(now, given), served % given.length);
    }

    /** What comes after the last of these turns. */
    Round next() {
        return shares.areEqual() || end() == shares.all ? this : weighted(shares, given(end()));
    }

    /** The candidates' indexes, turn by turn; null: one after the other as they stand. */
    char @Nullable [] order() {
        return order;
    }

    /** Where {@link #order} begins; after its end it goes on with the first turn of {@link #next}. */
    int firstTurn() {
        return firstTurn;
    }

    /** Where {@link #order} ends. */
    int end() {
        return order == null ? shares.of.length : order.length;
    }

    /** How often each was chosen in this round before that turn. */
    private int[] given(int turn) {
        int[] given = before.clone();
        if (order != null) {
            for (int at = 0; at < turn; at++) {
                given[order[at]]++;
            }
        } else {
            for (int at = firstTurn; at != turn; at = (at + 1) % given.length) {
                given[at]++;
            }
        }
        return given;
    }

    /** For people. */
    List<String> scores(int turn) {
        int[] given = given(turn);
        List<String> scores = new ArrayList<>();
        for (int i = 0; i < given.length; i++) {
            scores.add(given[i] + " of " + shares.of[i] + " in this round");
        }
        return scores;
    }

    /** What each of the next candidates was given of the round. */
    private int[] given(int turn, Shares next) {
        int[] givenBefore = given(turn);
        long done = Arrays.stream(givenBefore).asLongStream().sum();
        int[] given = new int[next.of.length];
        for (int i = 0; i < given.length; i++) {
            int known =
                    Candidates.find(shares.candidates, next.candidates.get(i).instance());
            long share = next.of[i];
            given[i] = (int) (known < 0 ? share * done / shares.all : share * givenBefore[known] / shares.of[known]);
        }
        return given;
    }

    /** Those whose turn was, those that wait as long as they stay, then newcomers. */
    private char[] order(List<Candidate> now, int[] given) {
        char[] next = new char[given.length];
        int filled = 0;
        boolean[] placed = new boolean[next.length];
        for (int served = 1; served >= 0; served--) {
            for (int turn = 0; turn < shares.of.length; turn++) {
                int i = Candidates.find(now, shares.candidates.get(inTurn(turn)).instance());
                if (i >= 0 && given[i] == served) {
                    next[filled++] = (char) i;
                    placed[i] = true;
                }
            }
        }
        for (int i = 0; i < next.length; i++) {
            if (!placed[i]) {
                next[filled++] = (char) i;
            }
        }
        return next;
    }

    /** The candidate that has this turn of a round of equals; of others the one that stands there. */
    private int inTurn(int turn) {
        if (!shares.areEqual()) {
            return turn;
        }
        return order == null ? (firstTurn + turn) % shares.of.length : order[turn];
    }
}
