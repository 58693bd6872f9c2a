package io.xylem.proxy.domain;

import io.xylem.model.Ipv6;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who holds an address of one family when several claim it: while an address goes from one owner to the next, updates in
 * any order may let both claim it for a moment. The strongest claim holds; when it goes, the next one does. Both are
 * kept, so the outcome depends on the claims and not on their order.
 */
final class Claims<V> {
    private final AddressTrie.Key<V> key;
    private final Comparator<V> strength;
    private final Map<Ipv6, List<V>> contested = new HashMap<>();
    private AddressTrie<V> holders;

    /** @param strength the greater value is the stronger claim; equal only for the same value */
    Claims(AddressTrie.Key<V> key, Comparator<V> strength) {
        this.key = key;
        this.strength = strength;
        this.holders = AddressTrie.empty(key);
    }

    AddressTrie<V> holders() {
        return holders;
    }

    void claim(V value) {
        V holder = holders.get(key.high(value), key.low(value));
        if (holder != null) {
            contested
                    .computeIfAbsent(address(value), a -> new ArrayList<>(List.of(holder)))
                    .add(value);
        }
        if (holder == null || strength.compare(value, holder) > 0) {
            holders = holders.with(value);
        }
    }

    /** Takes back a claim that was made. */
    void release(V value) {
        List<V> claimants = contested.get(address(value));
        if (claimants == null) {
            holders = holders.without(value);
            return;
        }
        claimants.remove(value);
        V next = claimants.stream().max(strength).orElseThrow();
        holders = holders.with(next);
        if (claimants.size() == 1) {
            contested.remove(address(value));
        }
    }

    /** As if {@code old}, which was claimed, had been released, and the next one claimed. */
    void replace(V old, V next) {
        boolean stays = key.low(old) == key.low(next) && key.high(old) == key.high(next);
        if (stays && (contested.isEmpty() || !contested.containsKey(address(next)))) {
            holders = holders.with(next);
        } else {
            release(old);
            claim(next);
        }
    }

    private Ipv6 address(V value) {
        return new Ipv6(key.high(value), key.low(value));
    }
}
