package io.xylem.routing.domain;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Names what is over and still in the store: what was said of it may not be written for good, and a process that starts
 * again must know of it. It fades after two sweeps, between which a commit lies.
 */
final class Fading<K> {
    private Set<K> young = new LinkedHashSet<>();
    private Set<K> old = new LinkedHashSet<>();

    void add(K key) {
        young.add(key);
    }

    boolean contains(K key) {
        return young.contains(key) || old.contains(key);
    }

    /** It is not over after all. */
    void remove(K key) {
        young.remove(key);
        old.remove(key);
    }

    /** @return what may go out of the store */
    List<K> sweep() {
        List<K> faded = old.stream().filter(key -> !young.contains(key)).toList();
        old = young;
        young = new LinkedHashSet<>();
        return faded;
    }
}
