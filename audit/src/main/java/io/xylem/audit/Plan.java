package io.xylem.audit;

import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The pools of one realm. Worker subnets are handed out by their number, namespace IPs by their number in the subnet. */
final class Plan implements Pool.Rests {
    /** From here on a prefix has more addresses than a log has events. */
    private static final int LIMITLESS_LENGTH = 80;

    /** The IPv6 addresses of one policy's service IPs. */
    record PolicyPool(String ipType, Pool<Ipv6> v6) {}

    final Pool<Integer> subnets;
    final Pool<Ipv4> v4;
    final Pool<Ipv6> instancesV6;
    private final Map<String, PolicyPool> policies = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final PlanSettings settings;

    Plan(PlanSettings settings) {
        this.settings = settings;
        int count = settings.subnetsV4().stream()
                .mapToInt(prefix -> 1 << (settings.subnetV4Length() - prefix.length()))
                .sum();
        subnets = new Pool<>(List.of(new Pool.Range<>(0, count - 1)), number -> number + 1, false, this);
        List<Pool.Range<Ipv4>> semantic = new ArrayList<>();
        for (Ipv4Prefix prefix : settings.semanticV4()) {
            Ipv4 network = prefix.network();
            semantic.add(new Pool.Range<>(network.plus(1), network.plus(prefix.size() - 2)));
        }
        v4 = new Pool<>(semantic, address -> address.plus(1), false, this);
        instancesV6 = v6(settings.instancesV6());
        settings.policiesV6().forEach((ipType, prefixes) -> policies.put(ipType, new PolicyPool(ipType, v6(prefixes))));
    }

    private Pool<Ipv6> v6(List<Ipv6Prefix> prefixes) {
        List<Pool.Range<Ipv6>> ranges = new ArrayList<>();
        boolean limitless = false;
        for (Ipv6Prefix prefix : prefixes) {
            ranges.add(new Pool.Range<>(prefix.network().plus(1), lastOf(prefix)));
            limitless |= prefix.length() <= LIMITLESS_LENGTH;
        }
        return new Pool<>(ranges, address -> address.plus(1), limitless, this);
    }

    private static Ipv6 lastOf(Ipv6Prefix prefix) {
        long high = prefix.network().high();
        long low = prefix.network().low();
        for (int bit = prefix.length(); bit < 128; bit++) {
            if (bit < 64) {
                high |= 1L << (63 - bit);
            } else {
                low |= 1L << (127 - bit);
            }
        }
        return new Ipv6(high, low);
    }

    @Nullable
    PolicyPool policy(String name) {
        return policies.get(name);
    }

    Iterable<PolicyPool> policies() {
        return policies.values();
    }

    /** The namespace IPs of one worker: neither the network's own address nor the IPv4 broadcast. */
    Pool<Integer> newHosts() {
        long v4Hosts = (1L << (32 - settings.subnetV4Length())) - 2;
        long v6Hosts = settings.subnetV6Length() <= LIMITLESS_LENGTH
                ? Integer.MAX_VALUE
                : (1L << (128 - settings.subnetV6Length())) - 1;
        int last = (int) Math.min(v4Hosts, v6Hosts);
        return new Pool<>(List.of(new Pool.Range<>(1, last)), number -> number + 1, false, this);
    }

    DualPrefix subnet(int number) {
        int left = number;
        for (Ipv4Prefix prefix : settings.subnetsV4()) {
            int count = 1 << (settings.subnetV4Length() - prefix.length());
            if (left < count) {
                return new DualPrefix(
                        prefix.subnet(settings.subnetV4Length(), left),
                        settings.subnetsV6().subnet(settings.subnetV6Length(), number));
            }
            left -= count;
        }
        throw new IllegalStateException("there is no worker subnet " + number);
    }

    static DualAddress namespaceIp(DualPrefix subnet, int host) {
        return new DualAddress(
                subnet.v4().network().plus(host), subnet.v6().network().plus(host));
    }

    long memoryMs() {
        return settings.memoryMs();
    }

    @Override
    public long restMs(boolean confirmed) {
        return confirmed ? settings.restConfirmedMs() : settings.restMs();
    }
}
