package io.xylem.balancing;

import io.xylem.model.Ipv6Prefix;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code hash}: a client instance always gets the same instance, on whichever worker it runs, as long as that one takes
 * flows; when one goes or comes, few others change theirs ({@link MaglevTable}).
 */
public final class ConsistentHash implements BalancingPolicy {
    private static final Ipv6Prefix PREFIX = Ipv6Prefix.parse("fdff:5000::/21");

    private final MaglevTable.Cache tables = new MaglevTable.Cache();

    @Override
    public String ipType() {
        return "hash";
    }

    @Override
    public String descriptorField() {
        return "hash_ip";
    }

    @Override
    public Ipv6Prefix v6Prefix() {
        return PREFIX;
    }

    @Override
    public Ahead ahead() {
        return Ahead.SAME_FOR_A_CLIENT;
    }

    @Override
    public InstanceChooser newChooser() {
        return new Chooser(tables);
    }

    private static long key(List<Candidate> candidates) {
        return Hashes.of(candidates.getFirst().instance().service());
    }

    private static final class Chooser implements InstanceChooser {
        private final MaglevTable.Cache tables;
        private List<Candidate> candidates = Collections.emptyList();
        private @Nullable MaglevTable table;
        /** The service's part of the key. */
        private long key;

        Chooser(MaglevTable.Cache tables) {
            this.tables = tables;
        }

        @Override
        public int choose(Choice choice) {
            MaglevTable current = table;
            if (current == null || !Candidates.areSame(candidates, choice.candidates())) {
                current = tables.of(choice.candidates());
                table = current;
                candidates = choice.candidates();
                key = key(candidates);
            }
            return current.find(Hashes.word(choice.client()) ^ key);
        }

        @Override
        public Explanation explain(Choice choice) {
            MaglevTable current = tables.of(choice.candidates());
            int[] entries = current.entries();
            List<String> scores = Arrays.stream(entries)
                    .mapToObj(count ->
                            String.format(Locale.ROOT, "%.2f %% of all clients", 100.0 * count / MaglevTable.SIZE))
                    .toList();
            return new Explanation(
                    current.find(Hashes.word(choice.client()) ^ key(choice.candidates())),
                    "the hash of client " + choice.client(),
                    scores);
        }
    }
}
