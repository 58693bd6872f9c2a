package io.xylem.proxy.domain;

import io.xylem.balancing.Candidate;
import io.xylem.model.DualAddress;
import io.xylem.model.InstanceName;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.RouteUpdate.InstanceWithdrawn;
import io.xylem.proxy.domain.RouteUpdate.OfInstance;
import io.xylem.proxy.domain.RouteUpdate.OfService;
import io.xylem.proxy.domain.RouteUpdate.ServiceKnown;
import io.xylem.proxy.domain.RouteUpdate.ServiceWithdrawn;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Folds route updates into route tables. The table depends on the set of updates only: of each subject the highest
 * version holds, whatever the order and however often an update comes.
 *
 * <p>An update costs its own path through a few tries, never a copy of the table; what many updates of one service have
 * in common (its list of candidates) is made once a {@link #table}.
 *
 * <p>A withdrawal is remembered so that an older route which comes later stays ignored. The memory is bounded: beyond it
 * the withdrawals with the lowest versions are forgotten.
 *
 * <p>One thread changes it; {@link #find} may be called by any.
 */
public final class RouteFold {
    /** As many as a realm has service and instance addresses in IPv4. */
    public static final int WITHDRAWALS_KEPT = 65_536;

    private final String worker;
    private final int withdrawalsKept;
    private final Map<InstanceName, OfInstance> instances = new ConcurrentHashMap<>();
    private final Map<ServiceName, OfService> services = new HashMap<>();
    private final TreeSet<RouteUpdate> withdrawals =
            new TreeSet<>(Comparator.comparingLong(RouteUpdate::version).thenComparing(RouteFold::subject));

    private final Map<ServiceName, TreeMap<Integer, Target>> targets = new HashMap<>();
    private final Map<ServiceName, List<ServiceAddress>> addresses = new HashMap<>();
    private final Set<ServiceName> changedServices = new HashSet<>();
    private final DualClaims<ServiceAddress> byServiceIp;
    private final DualClaims<Target> byInstanceIp;
    private final DualClaims<Target> byNamespaceIp;
    private long version = -1;
    private int instanceCount;
    private int serviceCount;

    public RouteFold(String worker) {
        this(worker, WITHDRAWALS_KEPT);
    }

    RouteFold(String worker, int withdrawalsKept) {
        this.worker = worker;
        this.withdrawalsKept = withdrawalsKept;
        Comparator<Target> newerRoute = Comparator.<Target>comparingLong(
                        t -> t.route().version())
                .thenComparing(t -> t.route().instance());
        Comparator<ServiceAddress> newerService = Comparator.comparingLong(ServiceAddress::version)
                .thenComparing(ServiceAddress::service)
                .thenComparing(ServiceAddress::ipType);
        byServiceIp = DualClaims.of(ServiceAddress::address, newerService);
        byInstanceIp = DualClaims.of(t -> t.route().instanceIp(), newerRoute);
        byNamespaceIp = DualClaims.of(t -> t.route().namespaceIp(), newerRoute);
    }

    /** @return false when it is not newer than what is known of its subject, and so changed nothing */
    public boolean apply(RouteUpdate update) {
        RouteUpdate known = switch (update) {
            case OfInstance of -> instances.get(of.instance());
            case OfService of -> services.get(of.service());
        };
        if (known != null && known.version() >= update.version()) {
            return false;
        }
        if (known instanceof InstanceWithdrawn || known instanceof ServiceWithdrawn) {
            withdrawals.remove(known);
        }
        switch (update) {
            case OfInstance of -> {
                instances.put(of.instance(), of);
                place(of);
            }
            case OfService of -> {
                services.put(of.service(), of);
                changedServices.add(of.service());
            }
        }
        if (update instanceof InstanceWithdrawn || update instanceof ServiceWithdrawn) {
            withdrawals.add(update);
            forgetOldWithdrawals();
        }
        version = Math.max(version, update.version());
        return true;
    }

    /** The table of everything applied so far. */
    public RouteTable table() {
        changedServices.forEach(this::arrange);
        changedServices.clear();
        return new RouteTable(
                worker,
                version,
                instanceCount,
                serviceCount,
                byServiceIp.index(),
                byInstanceIp.index(),
                byNamespaceIp.index());
    }

    /** Where the instance is, if it has a route. Any thread. */
    public Optional<InstanceAt> find(InstanceName instance) {
        return instances.get(instance) instanceof InstanceAt at ? Optional.of(at) : Optional.empty();
    }

    /** What, applied to an empty fold in any order, makes this one again; in a fixed order. */
    public Stream<RouteUpdate> updates() {
        return Stream.concat(
                services.values().stream().sorted(Comparator.comparing(OfService::service)),
                instances.values().stream().sorted(Comparator.comparing(OfInstance::instance)));
    }

    private void place(OfInstance update) {
        ServiceName service = update.instance().service();
        int number = update.instance().number();
        TreeMap<Integer, Target> members = targets.computeIfAbsent(service, s -> new TreeMap<>());
        Target old = members.remove(number);
        if (old != null) {
            byInstanceIp.release(old);
            byNamespaceIp.release(old);
            instanceCount--;
        }
        if (update instanceof InstanceAt at) {
            Target target = Target.of(at, worker);
            members.put(number, target);
            byInstanceIp.claim(target);
            byNamespaceIp.claim(target);
            instanceCount++;
        }
        if (members.isEmpty()) {
            targets.remove(service);
        }
        changedServices.add(service);
    }

    /** Makes the addresses of a service anew, with the instances that it has now. */
    private void arrange(ServiceName service) {
        List<ServiceAddress> old = addresses.getOrDefault(service, List.of());
        old.forEach(byServiceIp::release);
        serviceCount -= addresses.remove(service) == null ? 0 : 1;
        if (services.get(service) instanceof ServiceKnown known) {
            List<Target> usable = targets.getOrDefault(service, new TreeMap<>()).values().stream()
                    .filter(Target::usable)
                    .toList();
            List<Candidate> candidates = usable.stream().map(Target::candidate).toList();
            List<ServiceAddress> current = known.serviceIps().stream()
                    .map((ServiceIp ip) ->
                            new ServiceAddress(service, ip.ipType(), ip.address(), candidates, usable, known.version()))
                    .toList();
            current.forEach(byServiceIp::claim);
            addresses.put(service, current);
            serviceCount++;
        }
    }

    private void forgetOldWithdrawals() {
        while (withdrawals.size() > withdrawalsKept) {
            switch (withdrawals.removeFirst()) {
                case OfInstance of -> instances.remove(of.instance());
                case OfService of -> services.remove(of.service());
            }
        }
    }

    private static String subject(RouteUpdate update) {
        return switch (update) {
            case OfInstance of -> of.instance().toString();
            case OfService of -> of.service().toString();
        };
    }

    /** The claims to both addresses of a value. */
    private record DualClaims<V>(Claims<V> v4, Claims<V> v6) {
        static <V> DualClaims<V> of(Function<V, DualAddress> address, Comparator<V> strength) {
            return new DualClaims<>(
                    new Claims<>(AddressIndex.keyV4(address), strength),
                    new Claims<>(AddressIndex.keyV6(address), strength));
        }

        void claim(V value) {
            v4.claim(value);
            v6.claim(value);
        }

        void release(V value) {
            v4.release(value);
            v6.release(value);
        }

        AddressIndex<V> index() {
            return new AddressIndex<>(v4.holders(), v6.holders());
        }
    }
}
