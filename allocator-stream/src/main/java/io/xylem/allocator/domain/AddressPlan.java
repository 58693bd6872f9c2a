package io.xylem.allocator.domain;

import io.xylem.model.DualAddress;
import io.xylem.model.DualPrefix;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The pools of a realm, made from its settings.
 *
 * <pre>
 *  subnets       index of a worker's subnet, both families at once
 *  ns-WORKER     host number of a namespace IP in that worker's subnet, both families at once
 *  v4            IPv4 of service IPs and instance IPs
 *  v6-instance   IPv6 of instance IPs
 *  v6-POLICY     IPv6 of the service IPs of one policy
 * </pre>
 */
public final class AddressPlan {
    static final String SUBNETS = "subnets";
    static final String V4 = "v4";
    static final String V6_INSTANCE = "v6-instance";
    private static final String NAMESPACE = "ns-";
    private static final String V6_SERVICE = "v6-ip-";

    private final RealmSettings settings;
    private final State.Elapsed elapsed;
    private final Map<String, String> ipTypes = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final Map<String, PoolDefinition> pools = new HashMap<>();
    private final PoolDefinition namespaces;

    /** The plan of a realm whose settings never changed. */
    public AddressPlan(RealmSettings settings) {
        this(settings, State.Elapsed.NOTHING);
    }

    AddressPlan(RealmSettings settings, State.Elapsed elapsed) {
        this.settings = settings;
        this.elapsed = elapsed;
        long subnets = settings.workerV4().stream()
                .mapToLong(prefix -> 1L << (settings.workerV4Length() - prefix.length()))
                .sum();
        pools.put(SUBNETS, numbered("worker subnets", 0, subnets - 1));
        // The first address of a subnet is its name; the last IPv4 address is its broadcast.
        long hosts = Math.min(
                (1L << (32 - settings.workerV4Length())) - 2,
                (1L << Math.min(62, 128 - settings.workerV6Length())) - 1);
        namespaces = numbered("namespace IPs", 1, hosts);
        pools.put(
                V4,
                new PoolDefinition(
                        "service and instance IPs",
                        settings.semanticV4().stream().map(AddressPlan::hosts).toList(),
                        false,
                        true,
                        slot -> slot.v4().toString()));
        pools.put(V6_INSTANCE, v6("instance IPs (IPv6)", settings.instanceV6(), false));
        settings.serviceV6().forEach((ipType, prefixes) -> {
            ipTypes.put(ipType, ipType);
            pools.put(servicePool(ipType), v6("service IPs of policy " + ipType + " (IPv6)", prefixes, true));
        });
    }

    public RealmSettings settings() {
        return settings;
    }

    State.Elapsed elapsed() {
        return elapsed;
    }

    /** When a slot released at {@code sinceMs} has rested. The earlier it was released, the earlier. */
    long freeAtMs(long sinceMs, boolean confirmed) {
        long restedMs = confirmed ? elapsed.restedConfirmedMs() : elapsed.restedMs();
        long restMs = confirmed ? settings.restConfirmedMs() : settings.restMs();
        return sinceMs <= restedMs ? sinceMs : sinceMs + restMs;
    }

    /** Whether an id said at {@code saidMs} is forgotten at {@code atMs}. */
    boolean isForgotten(long saidMs, long atMs) {
        return saidMs <= elapsed.forgottenMs() || atMs - saidMs >= settings.eventMemoryMs();
    }

    /** The policy's name as it spells itself. */
    Optional<String> ipType(String policy) {
        return Optional.ofNullable(ipTypes.get(policy));
    }

    String ipTypes() {
        return String.join(", ", ipTypes.keySet());
    }

    static String servicePool(String ipType) {
        return V6_SERVICE + ipType;
    }

    static String namespacePool(String worker) {
        return NAMESPACE + worker;
    }

    /** All but those of workers. */
    Set<String> pools() {
        return Collections.unmodifiableSet(pools.keySet());
    }

    boolean hasPool(String name) {
        return name.startsWith(NAMESPACE) || pools.containsKey(name);
    }

    PoolDefinition pool(String name) {
        PoolDefinition definition = name.startsWith(NAMESPACE) ? namespaces : pools.get(name);
        if (definition == null) {
            throw new IllegalStateException("no pool is named " + name);
        }
        return definition;
    }

    /** The worker subnet with the number {@code index}. */
    DualPrefix subnet(Slot index) {
        long left = index.low();
        for (Ipv4Prefix prefix : settings.workerV4()) {
            long count = 1L << (settings.workerV4Length() - prefix.length());
            if (left < count) {
                Ipv6Prefix v6 = settings.workerV6().getFirst().subnet(settings.workerV6Length(), index.low());
                return new DualPrefix(prefix.subnet(settings.workerV4Length(), left), v6);
            }
            left -= count;
        }
        throw new IllegalStateException("no worker subnet has the number " + index.low());
    }

    /** The inverse of {@link #subnet}. */
    Slot index(DualPrefix subnet) {
        long before = 0;
        for (Ipv4Prefix prefix : settings.workerV4()) {
            if (prefix.contains(subnet.v4().network())) {
                long offset = Integer.toUnsignedLong(
                        subnet.v4().network().bits() - prefix.network().bits());
                return Slot.of(before + (offset >>> (32 - settings.workerV4Length())));
            }
            before += 1L << (settings.workerV4Length() - prefix.length());
        }
        throw new IllegalStateException(subnet + " is no worker subnet");
    }

    static DualAddress namespaceIp(DualPrefix subnet, Slot host) {
        return new DualAddress(
                subnet.v4().network().plus(host.low()), subnet.v6().network().plus(host.low()));
    }

    static Slot host(DualPrefix subnet, DualAddress namespaceIp) {
        return Slot.of(namespaceIp.v4().bits() - subnet.v4().network().bits());
    }

    private static PoolDefinition numbered(String what, long first, long last) {
        return new PoolDefinition(
                what,
                List.of(new PoolDefinition.Range(Slot.of(first), Slot.of(last))),
                false,
                false,
                slot -> Long.toString(slot.low()));
    }

    /** All but the first and the last address. */
    private static PoolDefinition.Range hosts(Ipv4Prefix prefix) {
        return new PoolDefinition.Range(
                Slot.of(prefix.network().plus(1)), Slot.of(prefix.network().plus(prefix.size() - 2)));
    }

    private static PoolDefinition v6(String what, List<Ipv6Prefix> prefixes, boolean requestable) {
        boolean limitless = prefixes.stream().anyMatch(prefix -> prefix.length() <= 80);
        return new PoolDefinition(
                what,
                prefixes.stream().map(AddressPlan::hosts).toList(),
                limitless,
                requestable,
                slot -> slot.v6().toString());
    }

    /** All but the first address; IPv6 knows no broadcast. */
    private static PoolDefinition.Range hosts(Ipv6Prefix prefix) {
        Ipv6 network = prefix.network();
        int length = prefix.length();
        long high = length >= 64 ? network.high() : network.high() | -1L >>> length;
        long low = length <= 64 ? -1L : network.low() | (length == 128 ? 0 : -1L >>> (length - 64));
        return new PoolDefinition.Range(Slot.of(network).next(), new Slot(high, low));
    }
}
