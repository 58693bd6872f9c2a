package io.xylem.balancing;

import java.lang.ref.WeakReference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * The lookup table of Maglev (Eisenbud et al., NSDI 2016, section 3.4): each candidate has a permutation of all entries,
 * and in turn each takes the first entry of its own that is free. With weights, a candidate of half the greatest weight takes
 * one in every second round.
 *
 * <p>It has {@value #SIZE} entries of two bytes: 128 KiB. That is a prime, as the permutations need; it is the same for every
 * number of candidates, because another size would move everybody. When one of equal candidates goes, less than 1 % of the
 * clients that were not its own move (seen: 0.9 % at 300 candidates, less at fewer and at more).
 *
 * <p>Permutations are made of the instances' numbers alone, so services whose candidates have the same numbers and weights
 * share one table. It is made in some milliseconds, when the first flow asks for it.
 */
final class MaglevTable {
    static final int SIZE = 65_537;

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
    private final char[] table = new char[SIZE];

    private MaglevTable(Shape shape) {
        this.shape = shape;
        int size = shape.numbers.length;
        if (size > Character.MAX_VALUE) {
            throw new IllegalArgumentException(size + " candidates; a table takes " + (int) Character.MAX_VALUE);
        }
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
        return table[(int) Long.remainderUnsigned(Hashes.mix(key), SIZE)];
    }

    /** How many entries each candidate has. */
    int[] entries() {
        int[] entries = new int[shape.numbers.length];
        for (char candidate : table) {
            entries[candidate]++;
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
                    table[next[i]] = (char) i;
                    entries[i]++;
                    left--;
                }
            }
        }
    }
}
