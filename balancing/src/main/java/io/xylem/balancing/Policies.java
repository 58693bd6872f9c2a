package io.xylem.balancing;

import io.xylem.model.Ipv6Prefix;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The policies that this process knows, by their short names. Any thread. */
public final class Policies {
    /** The setting of every process that loads policies: a directory of jars; empty for none. */
    public static final String DIRECTORY_SETTING = "xylem.policies.dir";

    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,31}");
    private static final Pattern FIELD = Pattern.compile("[A-Za-z_]+_ip");
    private static final Ipv6Prefix SEMANTIC = Ipv6Prefix.parse("fdff::/16");
    private static final List<Ipv6Prefix> OF_INSTANCES =
            List.of(Ipv6Prefix.parse("fdff::/21"), Ipv6Prefix.parse("fdff:800::/21"));

    private final Map<String, BalancingPolicy> byName = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    /** @throws PolicyException when one is against the rules of {@link BalancingPolicy}, or two contradict each other */
    public Policies(Iterable<BalancingPolicy> policies) {
        for (BalancingPolicy policy : policies) {
            add(policy);
        }
    }

    /** Those on the class path. */
    public static Policies load() {
        return new Policies(onClassPath());
    }

    /**
     * Those on the class path, and those in the jars of a directory.
     *
     * @param directory as {@link #DIRECTORY_SETTING} says it
     * @throws PolicyException naming the jar that can't be used, or the policies that contradict each other
     */
    public static Policies load(String directory) {
        List<BalancingPolicy> policies = new ArrayList<>(onClassPath());
        if (!directory.isBlank()) {
            policies.addAll(PolicyJars.load(Path.of(directory)));
        }
        return new Policies(policies);
    }

    public Optional<BalancingPolicy> find(String ipType) {
        return Optional.ofNullable(byName.get(ipType));
    }

    /** Whether the policy of that name, if it is known, needs this measured for its choosers. */
    public boolean need(BalancingPolicy.Need what, String ipType) {
        try {
            return find(ipType).filter(policy -> policy.needs().contains(what)).isPresent();
        } catch (RuntimeException | LinkageError e) {
            return false; // a policy may be anybody's code; its failure shows with its first choice
        }
    }

    /** In the order of their names. */
    public Collection<BalancingPolicy> all() {
        return byName.values();
    }

    /** The names, for people. */
    @Override
    public String toString() {
        return String.join(", ", byName.keySet());
    }

    private static List<BalancingPolicy> onClassPath() {
        return ServiceLoader.load(BalancingPolicy.class, Policies.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .toList();
    }

    private void add(BalancingPolicy policy) {
        try {
            check(policy);
        } catch (PolicyException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new PolicyException(
                    "the balancing policy " + policy.getClass().getName() + " does not tell its name,"
                            + " descriptor field and IPv6 range: " + e,
                    e);
        }
        byName.values().forEach(other -> checkTogether(policy, other));
        byName.put(policy.ipType(), policy);
    }

    private static void check(BalancingPolicy policy) {
        if (!NAME.matcher(policy.ipType()).matches()) {
            throw new PolicyException("'" + policy.ipType() + "' is no name for " + describe(policy)
                    + "; allowed: a letter and up to 31 letters, digits, underscores and hyphens");
        }
        if (!FIELD.matcher(policy.descriptorField()).matches()) {
            throw new PolicyException("'" + policy.descriptorField() + "' is no descriptor field for "
                    + describe(policy) + "; allowed: letters and underscores, and _ip at the end");
        }
        Ipv6Prefix prefix = policy.v6Prefix();
        if (!SEMANTIC.contains(prefix.network()) || prefix.length() < 17 || prefix.length() > 126) {
            throw new PolicyException(prefix + " is no IPv6 range for " + describe(policy) + "; allowed: a part of "
                    + SEMANTIC + " of length 17 to 126, e.g. fdff:6000::/21");
        }
        OF_INSTANCES.stream().filter(prefix::overlaps).findFirst().ifPresent(taken -> {
            throw new PolicyException(prefix + ", the IPv6 range of " + describe(policy) + ", overlaps " + taken
                    + ", the range of instance IPs; allowed: what the address plan leaves to policies, e.g."
                    + " fdff:6000::/21");
        });
    }

    private static void checkTogether(BalancingPolicy a, BalancingPolicy b) {
        if (a.ipType().equalsIgnoreCase(b.ipType())) {
            throw new PolicyException("two balancing policies are named '" + a.ipType() + "': " + describe(b) + " and "
                    + describe(a) + "; give one of them another name, or take its jar away");
        }
        if (a.descriptorField().equals(b.descriptorField())) {
            throw new PolicyException("two balancing policies have the descriptor field '" + a.descriptorField() + "': "
                    + describe(b) + " and " + describe(a) + "; a field asks for one policy");
        }
        if (a.v6Prefix().overlaps(b.v6Prefix())) {
            throw new PolicyException("the IPv6 ranges of two balancing policies overlap: " + b.v6Prefix() + " of "
                    + describe(b) + " and " + a.v6Prefix() + " of " + describe(a)
                    + "; the range alone must tell the policy");
        }
    }

    private static String describe(BalancingPolicy policy) {
        CodeSource source = policy.getClass().getProtectionDomain().getCodeSource();
        return policy.ipType() + " (" + policy.getClass().getName()
                + (source == null || source.getLocation() == null
                        ? ""
                        : " in " + source.getLocation().getPath()) + ")";
    }
}
