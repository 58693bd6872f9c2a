package io.xylem.proxy.seal;

/** Which of the latest numbers came already (RFC 6479): late ones may come, twice none. One thread. */
final class ReplayWindow {
    static final int PACKETS = 2_048;
    /** Whole words are cleared, so one more than the window needs. */
    private static final int WORDS = PACKETS / Long.SIZE + 1;

    private final long[] seen = new long[WORDS];
    private long highest = -1;

    /** Whether it may be new; asked before anything is done about a packet. */
    boolean mayBeNew(long number) {
        if (number > highest) {
            return true;
        }
        return number >= 0 && number > highest - PACKETS && (seen[word(number)] & bit(number)) == 0;
    }

    /** Remembers the number of an authentic packet that {@link #mayBeNew}. */
    void note(long number) {
        if (number > highest) {
            long words = Math.min(WORDS, (number >> 6) - (highest >> 6));
            for (long word = (number >> 6) - words + 1; word <= number >> 6; word++) {
                seen[(int) Long.remainderUnsigned(word, WORDS)] = 0;
            }
            highest = number;
        }
        seen[word(number)] |= bit(number);
    }

    private static int word(long number) {
        return (int) ((number >> 6) % WORDS);
    }

    private static long bit(long number) {
        return 1L << number;
    }
}
