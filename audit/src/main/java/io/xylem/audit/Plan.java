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

    /**
     * What had run out when settings changed, and stays so whatever they are: what was released, or said, at that time or
     * before.
     */
    record RunOut(long restedMs, long restedConfirmedMs, long forgottenMs) {
        private static final RunOut NOTHING = new RunOut(Long.MIN_VALUE, Long.MIN_VALUE, Long.MIN_VALUE);
    }

    /** The IPv6 addresses of one policy's service IPs. */
    record PolicyPool(String ipType, Pool<Ipv6> v6) {}

    final Pool<Integer> subnets = new Pool<>(number -> number + 1, this);
    final Pool<Ipv4> v4 = new Pool<>(address -> address.plus(1), this);
    final Pool<Ipv6> instancesV6 = new Pool<>(address -> address.plus(1), this);
    private final Map<String, PolicyPool> policies = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private PlanSettings settings;
    private long restMs;
    private long restConfirmedMs;
    private long memoryMs;
    private RunOut runOut = RunOut.NOTHING;

    Plan(PlanSettings settings) {
        for (String name : settings.v6().keySet()) {
            if (name.startsWith(PlanSettings.SERVICE_V6)) {
                String ipType = name.substring(PlanSettings.SERVICE_V6.length());
                policies.put(ipType, new PolicyPool(ipType, new Pool<>(address -> address.plus(1), this)));
            }
        }
        this.settings = settings;
        configure(settings);
    }

    PlanSettings settings() {
        return settings;
    }

    /** An event of this time sets what a realm has; pools that gave anything out must have grown only. */
    void change(PlanSettings now, long atMs) {
        runOut = new RunOut(
                Math.max(runOut.restedMs(), atMs - restMs),
                Math.max(runOut.restedConfirmedMs(), atMs - restConfirmedMs),
                Math.max(runOut.forgottenMs(), atMs - memoryMs));
        configure(now);
    }

    /** As it was, from a snapshot. */
    void resume(PlanSettings then, RunOut runOutThen) {
        runOut = runOutThen;
        configure(then);
    }

    RunOut runOut() {
        return runOut;
    }

    private void configure(PlanSettings now) {
        settings = now;
        restMs = now.number(PlanSettings.REST_MS);
        restConfirmedMs = now.number(PlanSettings.REST_CONFIRMED_MS);
        memoryMs = now.number(PlanSettings.EVENT_MEMORY_MS);
        List<Pool.Range<Integer>> numbers = new ArrayList<>();
        int first = 0;
        for (Ipv4Prefix prefix : now.prefixesV4(PlanSettings.WORKER_V4)) {
            numbers.add(new Pool.Range<>(first, first + subnetsIn(prefix) - 1));
            first += subnetsIn(prefix);
        }
        subnets.cover(numbers, false);
        List<Pool.Range<Ipv4>> semantic = new ArrayList<>();
        for (Ipv4Prefix prefix : now.prefixesV4(PlanSettings.SERVICE_V4)) {
            Ipv4 network = prefix.network();
            semantic.add(new Pool.Range<>(network.plus(1), network.plus(prefix.size() - 2)));
        }
        v4.cover(semantic, false);
        cover(instancesV6, now.prefixesV6(PlanSettings.INSTANCE_V6));
        for (PolicyPool policy : policies()) {
            cover(policy.v6(), now.prefixesV6(PlanSettings.SERVICE_V6 + policy.ipType()));
        }
    }

    private static void cover(Pool<Ipv6> pool, List<Ipv6Prefix> prefixes) {
        List<Pool.Range<Ipv6>> ranges = new ArrayList<>();
        boolean limitless = false;
        for (Ipv6Prefix prefix : prefixes) {
            ranges.add(new Pool.Range<>(prefix.network().plus(1), lastOf(prefix)));
            limitless |= prefix.length() <= LIMITLESS_LENGTH;
        }
        pool.cover(ranges, limitless);
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

    /** In the order of their names. */
    Iterable<PolicyPool> policies() {
        return policies.values();
    }

    /** The namespace IPs of one worker: neither the network's own address nor the IPv4 broadcast. */
    Pool<Integer> newHosts() {
        int lengthV6 = settings.length(PlanSettings.WORKER_V6_LENGTH);
        long v4Hosts = (1L << (32 - settings.length(PlanSettings.WORKER_V4_LENGTH))) - 2;
        long v6Hosts = lengthV6 <= LIMITLESS_LENGTH ? Integer.MAX_VALUE : (1L << (128 - lengthV6)) - 1;
        Pool<Integer> hosts = new Pool<>(number -> number + 1, this);
        hosts.cover(List.of(new Pool.Range<>(1, (int) Math.min(v4Hosts, v6Hosts))), false);
        return hosts;
    }

    DualPrefix subnet(int number) {
        int left = number;
        for (Ipv4Prefix prefix : settings.prefixesV4(PlanSettings.WORKER_V4)) {
            if (left < subnetsIn(prefix)) {
                int length = settings.length(PlanSettings.WORKER_V4_LENGTH);
                Ipv4 network = prefix.network().plus((long) left << (32 - length));
                return new DualPrefix(new Ipv4Prefix(network, length), subnetV6(number));
            }
            left -= subnetsIn(prefix);
        }
        throw new IllegalStateException("there is no worker subnet " + number);
    }

    private Ipv6Prefix subnetV6(int number) {
        int length = settings.length(PlanSettings.WORKER_V6_LENGTH);
        Ipv6 base = settings.prefixesV6(PlanSettings.WORKER_V6).getFirst().network();
        // 64 <= length <= 126: what the shift carries out of the lower half is the upper half's.
        int shift = 128 - length;
        long high = shift == 64 ? number : (long) number >>> (64 - shift);
        long low = shift == 64 ? 0 : (long) number << shift;
        return new Ipv6Prefix(new Ipv6(base.high() + high, base.low() + low), length);
    }

    private int subnetsIn(Ipv4Prefix prefix) {
        return 1 << (settings.length(PlanSettings.WORKER_V4_LENGTH) - prefix.length());
    }

    static DualAddress namespaceIp(DualPrefix subnet, int host) {
        return new DualAddress(
                subnet.v4().network().plus(host), subnet.v6().network().plus(host));
    }

    /** Whether an id of an event of {@code saidMs} is forgotten. */
    boolean isForgotten(long saidMs, long atMs) {
        return saidMs <= runOut.forgottenMs() || atMs - saidMs >= memoryMs;
    }

    /** Subnets first; IPv4 for both families. */
    List<Resting> resting() {
        List<Resting> all = new ArrayList<>();
        subnets.resting().forEach(cell -> all.add(resting(subnet(cell.address).v4(), cell)));
        v4.resting().forEach(cell -> all.add(resting(cell.address, cell)));
        return all;
    }

    private Resting resting(Object address, Pool.Cell<?> cell) {
        return new Resting(
                address.toString(), cell.owner, cell.version, cell.sinceMs, freeAtMs(cell.sinceMs, cell.confirmed));
    }

    @Override
    public long freeAtMs(long sinceMs, boolean confirmed) {
        long restedMs = confirmed ? runOut.restedConfirmedMs() : runOut.restedMs();
        return sinceMs <= restedMs ? sinceMs : sinceMs + (confirmed ? restConfirmedMs : restMs);
    }
}
