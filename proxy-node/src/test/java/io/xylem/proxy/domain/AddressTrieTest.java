package io.xylem.proxy.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.Ipv6;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AddressTrieTest {
    private record Entry(Ipv6 address, int value) {}

    private static final AddressTrie<Entry> EMPTY = AddressTrie.empty(new AddressTrie.Key<>() {
        @Override
        public long high(Entry value) {
            return value.address.high();
        }

        @Override
        public long low(Entry value) {
            return value.address.low();
        }
    });

    @Test
    void behavesAsAMapAndOldVersionsStay() {
        Random random = Seed.random();
        List<AddressTrie<Entry>> versions = new ArrayList<>();
        List<Map<Ipv6, Entry>> models = new ArrayList<>();
        AddressTrie<Entry> trie = EMPTY;
        Map<Ipv6, Entry> model = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            Entry entry = new Entry(address(random, 600), i);
            if (random.nextInt(5) < 2) {
                trie = trie.without(entry);
                model.remove(entry.address);
            } else {
                trie = trie.with(entry);
                model.put(entry.address, entry);
            }
            if (i % 1_000 == 0) {
                versions.add(trie);
                models.add(new HashMap<>(model));
            }
        }
        versions.add(trie);
        models.add(model);
        for (int v = 0; v < versions.size(); v++) {
            AddressTrie<Entry> version = versions.get(v);
            Set<Entry> all = new HashSet<>();
            version.forEach(all::add);
            assertThat(all).isEqualTo(new HashSet<>(models.get(v).values()));
            for (int i = 0; i < 2_000; i++) {
                Ipv6 address = address(random, 600);
                assertThat(version.get(address.high(), address.low()))
                        .isEqualTo(models.get(v).get(address));
            }
        }
    }

    @Test
    @SuppressWarnings("ReferenceEquality") // the very same
    void twoVersionsAreComparedWhereTheyDiffer() {
        Random random = Seed.random();
        for (int round = 0; round < 200; round++) {
            AddressTrie<Entry> before = EMPTY;
            for (int i = random.nextInt(500); i > 0; i--) {
                before = before.with(new Entry(address(random, 200), i));
            }
            boolean isUnrelated = random.nextInt(5) == 0;
            AddressTrie<Entry> after = isUnrelated ? EMPTY : before;
            for (int i = random.nextInt(20); i > 0; i--) {
                Entry entry = new Entry(address(random, 200), -i);
                after = random.nextBoolean() ? after.with(entry) : after.without(entry);
            }
            AddressTrie<Entry> later = after;
            Set<Entry> expected = new HashSet<>();
            before.forEach(entry -> {
                if (later.get(entry.address.high(), entry.address.low()) != entry) {
                    expected.add(entry);
                }
            });
            List<Entry> changed = new ArrayList<>();
            before.forEachChanged(later, changed::add);
            assertThat(changed).containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    @Test
    void comparingCostsAsMuchAsHasChanged() {
        AtomicInteger looks = new AtomicInteger();
        AddressTrie<Entry> before = AddressTrie.empty(new AddressTrie.Key<>() {
            @Override
            public long high(Entry value) {
                return value.address.high();
            }

            @Override
            public long low(Entry value) {
                looks.incrementAndGet();
                return value.address.low();
            }
        });
        for (int i = 0; i < 20_000; i++) {
            before = before.with(new Entry(new Ipv6(0, i), i));
        }
        AddressTrie<Entry> after = before.with(new Entry(new Ipv6(0, 7), -7));
        List<Entry> changed = new ArrayList<>();
        looks.set(0);
        before.forEachChanged(after, changed::add);
        assertThat(changed).containsExactly(new Entry(new Ipv6(0, 7), 7));
        assertThat(looks.get()).isLessThan(10);
    }

    @Test
    void nothingIsLeftWhenEverythingWasTakenOut() {
        Random random = Seed.random();
        AddressTrie<Entry> trie = EMPTY;
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            Entry entry = new Entry(new Ipv6(random.nextLong(), random.nextLong()), i);
            entries.add(entry);
            trie = trie.with(entry);
        }
        for (Entry entry : entries) {
            assertThat(trie.get(entry.address.high(), entry.address.low())).isSameAs(entry);
            trie = trie.without(entry);
            assertThat(trie.get(entry.address.high(), entry.address.low())).isNull();
        }
        trie.forEach(entry -> {
            throw new AssertionError("left: " + entry);
        });
    }

    /** Few enough for many hits; in sequence as they are handed out, in several prefixes. */
    private static Ipv6 address(Random random, int bound) {
        return new Ipv6((long) random.nextInt(3) << 61, random.nextInt(bound));
    }
}
