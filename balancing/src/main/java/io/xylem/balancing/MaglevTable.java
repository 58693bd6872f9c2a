package io.xylem.balancing;

import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The lookup table of Maglev (Eisenbud et al., NSDI 2016, section 3.4): each candidate has a permutation of all entries,
 * and in turn each takes the first entry of its own that is free. With weights, a candidate of half the greatest weight takes
 * one in every second round.
 *
 * <p>It has {@value #SIZE} entries, a prime, as the permutations need. The size is the same for every number of candidates,
 * because another size would move everybody. An entry is a byte for up to 256 candidates, then two: 128 or 256 KiB.
 *
 * <p>When a candidate goes, clients of others move with it: each entry that it leaves is found by another one before that one's
 * last, whose entry is then free for the next, and so on. That is less the larger the table is for the number of
 * candidates, and most when one goes that outweighs the others, none of which is heavy itself. Of all clients, at most:
 *
 * <pre>
 *  equal weights, or any from 1 to 10 by chance, up to 1 000 candidates    1 %
 *  any weights, up to 100 candidates                                       1 %
 *  one of weight 10, or of a fifth of all, among 1 000 of weight 1         1.6 %, or 2.7 %
 * </pre>
 *
 * <p>Permutations are made of the instances' numbers alone, so services whose candidates have the same numbers and weights
 * share one table. It is made in some milliseconds, when the first flow asks for it.
 */
final class MaglevTable {
    static final int SIZE = 131_071;

    private static final int ONE_BYTE = 256;

    /** What a table depends on. */
    private record Shape(int[] numbers, int[] weights) {
        static Shape of(List<Candidate> candidates) {
            int[] numbers = new int[candidates.size()];
            int[] weights = new int[candidates.size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = candidates.get(i).instance().number();
                weights[i] = candidates.get(i).weight();
            }
            return new Shape(numbers, weights);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Shape shape
                    && Arrays.equals(numbers, shape.numbers)
                    && Arrays.equals(weights, shape.weights);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(numbers) + Arrays.hashCode(weights);
        }
    }

    /** Those that somebody uses. Any thread. */
    static final class Cache {
        // A table holds its shape, so an entry stays as long as the table is in use.
        private final Map<Shape, WeakReference<MaglevTable>> tables = new WeakHashMap<>();

        synchronized MaglevTable of(List<Candidate> candidates) {
            Shape shape = Shape.of(candidates);
            WeakReference<MaglevTable> known = tables.get(shape);
            MaglevTable table = known == null ? null : known.get();
            if (table == null) {
                table = new MaglevTable(shape);
                tables.remove(shape); // an equal key of a table that is gone would take the entry with it
                tables.put(shape, new WeakReference<>(table));
            }
            return table;
        }
    }

    private final Shape shape;
    private final byte[] low = new byte[SIZE];
    private final byte @Nullable [] high;

    private MaglevTable(Shape shape) {
        this.shape = shape;
        int size = shape.numbers.length;
        if (size > Character.MAX_VALUE) {
            throw new IllegalArgumentException(size + " candidates; a table takes " + (int) Character.MAX_VALUE);
        }
        high = size > ONE_BYTE ? new byte[SIZE] : null;
        int[] next = new int[size];
        int[] skip = new int[size];
        for (int i = 0; i < size; i++) {
            long hash = Hashes.mix(shape.numbers[i]);
            next[i] = (int) Long.remainderUnsigned(hash, SIZE);
            skip[i] = 1 + (int) Long.remainderUnsigned(Hashes.mix(hash), SIZE - 1);
        }
        fill(next, skip, Arrays.stream(shape.weights).max().orElse(1));
    }

    /** @return an index into the candidates */
    int find(long key) {
        return at((int) Math.unsignedMultiplyHigh(Hashes.mix(key), SIZE)); // a division takes longer than all else
    }

    private int at(int entry) {
        int index = low[entry] & 0xff;
        return high == null ? index : index | (high[entry] & 0xff) << 8;
    }

    private void put(int entry, int index) {
        low[entry] = (byte) index;
        if (high != null) {
            high[entry] = (byte) (index >>> 8);
        }
    }

    /** How many entries each candidate has. */
    int[] entries() {
        int[] entries = new int[shape.numbers.length];
        for (int entry = 0; entry < SIZE; entry++) {
            entries[at(entry)]++;
        }
        return entries;
    }

    private void fill(int[] next, int[] skip, int greatestWeight) {
        boolean[] taken = new boolean[SIZE];
        long[] entries = new long[next.length];
        for (long round = 1, left = SIZE; left > 0; round++) {
            for (int i = 0; i < next.length && left > 0; i++) {
                if (entries[i] * greatestWeight < round * shape.weights[i]) {
                    while (taken[next[i]]) {
                        next[i] = (next[i] + skip[i]) % SIZE;
                    }
                    taken[next[i]] = true;
                    put(next[i], i);
                    entries[i]++;
                    left--;
                }
            }
        }
    }
}
