package io.xylem.balancing;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The policies that this process knows, by their short names. */
public final class Policies {
    private final Map<String, BalancingPolicy> byName = new TreeMap<>();

    /** @throws IllegalArgumentException when two policies share a name */
    public Policies(Iterable<BalancingPolicy> policies) {
        for (BalancingPolicy policy : policies) {
            if (byName.put(policy.ipType().toLowerCase(Locale.ROOT), policy) != null) {
                throw new IllegalArgumentException("two balancing policies are named '" + policy.ipType() + "'");
            }
        }
    }

    /** Those on the class path. */
    public static Policies load() {
        return new Policies(ServiceLoader.load(BalancingPolicy.class));
    }

    public Optional<BalancingPolicy> find(String ipType) {
        return Optional.ofNullable(byName.get(ipType.toLowerCase(Locale.ROOT)));
    }

    /** In the order of their names. */
    public Collection<BalancingPolicy> all() {
        return byName.values();
    }
}
