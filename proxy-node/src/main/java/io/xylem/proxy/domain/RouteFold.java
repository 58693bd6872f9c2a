package io.xylem.proxy.domain;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.RouteUpdate.InstanceWithdrawn;
import io.xylem.proxy.domain.RouteUpdate.OfInstance;
import io.xylem.proxy.domain.RouteUpdate.OfService;
import io.xylem.proxy.domain.RouteUpdate.ServiceKnown;
import io.xylem.proxy.domain.RouteUpdate.ServiceWithdrawn;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Folds route updates into route tables. The table depends on the set of updates only: of each subject the highest
 * version holds, whatever the order and however often an update comes.
 *
 * <p>An update costs its own path through a few tries, never a copy of the table; what many updates of one service have
 * in common (its list of candidates) is made once a {@link #table}. What many routes have in common (the names of
 * services, the workers) is kept once.
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
    private final Map<ServiceName, ServiceRoutes> services = new HashMap<>();
    private final Map<Object, RouteUpdate> withdrawn = new HashMap<>();
    private final TreeSet<RouteUpdate> withdrawals = new TreeSet<>(Comparator.comparingLong(RouteUpdate::version)
            .thenComparing(update -> subject(update).toString()));
    /** The latest of each worker. */
    private final Map<String, Host> hosts = new HashMap<>();

    private final Set<ServiceRoutes> changed = new LinkedHashSet<>();
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

    /** @return whether that is a change of the table: not when something newer is known of its subject, and reached */
    public boolean apply(RouteUpdate update) {
        boolean changed = applyPart(update);
        return reach(update.version()) || changed;
    }

    /** All updates up to this version have been applied. @return whether that is a change of the table */
    public synchronized boolean reach(long reachedVersion) {
        boolean changedVersion = reachedVersion > version;
        version = Math.max(version, reachedVersion);
        return changedVersion;
    }

    /** The same when more updates of the same version follow: the table has not reached that version yet. */
    public synchronized boolean applyPart(RouteUpdate update) {
        RouteUpdate known = known(update);
        if (known != null && known.version() >= update.version()) {
            return false;
        }
        if (known instanceof InstanceWithdrawn || known instanceof ServiceWithdrawn) {
            forgetWithdrawal(known);
        }
        switch (update) {
            case InstanceAt at -> place(at);
            case InstanceWithdrawn gone -> displace(gone.instance());
            case ServiceKnown of -> change(routes(of.service())).known = of;
            case ServiceWithdrawn gone -> withdraw(gone.service());
        }
        if (update instanceof InstanceWithdrawn || update instanceof ServiceWithdrawn) {
            withdrawn.put(subject(update), update);
            withdrawals.add(update);
            if (withdrawals.size() > withdrawalsKept) {
                forgetWithdrawal(withdrawals.first());
            }
        }
        return true;
    }

    /** As if nothing had ever been said of the instance. @return whether that is a change of the table */
    public synchronized boolean forget(InstanceName instance) {
        RouteUpdate gone = withdrawn.get(instance);
        if (gone != null) {
            forgetWithdrawal(gone);
        }
        return displace(instance);
    }

    /** As if nothing had ever been said of the service's addresses. @return whether that is a change of the table */
    public synchronized boolean forget(ServiceName service) {
        RouteUpdate gone = withdrawn.get(service);
        if (gone != null) {
            forgetWithdrawal(gone);
        }
        return withdraw(service);
    }

    /** The table of everything applied so far. */
    public synchronized RouteTable table() {
        changed.forEach(this::arrange);
        changed.clear();
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
    public synchronized Optional<InstanceAt> find(InstanceName instance) {
        return Optional.ofNullable(target(instance)).map(Target::route);
    }

    /** What, applied to an empty fold in any order, makes this one again; in a fixed order. */
    public Stream<RouteUpdate> updates() {
        return Stream.concat(
                services.values().stream()
                        .sorted(Comparator.comparing(of -> of.name))
                        .flatMap(of -> Stream.concat(
                                Stream.ofNullable(of.known), of.members().map(Target::route))),
                withdrawals.stream());
    }

    private @Nullable RouteUpdate known(RouteUpdate update) {
        RouteUpdate gone = withdrawn.isEmpty() ? null : withdrawn.get(subject(update));
        if (gone != null) {
            return gone;
        }
        return switch (update) {
            case OfInstance of -> {
                Target target = target(of.instance());
                yield target == null ? null : target.route();
            }
            case OfService of -> {
                ServiceRoutes routes = services.get(of.service());
                yield routes == null ? null : routes.known;
            }
        };
    }

    private @Nullable Target target(InstanceName instance) {
        ServiceRoutes routes = services.get(instance.service());
        return routes == null ? null : routes.member(instance.number());
    }

    private ServiceRoutes routes(ServiceName service) {
        return services.computeIfAbsent(service, ServiceRoutes::new);
    }

    private ServiceRoutes change(ServiceRoutes routes) {
        changed.add(routes);
        return routes;
    }

    private void place(InstanceAt at) {
        ServiceRoutes routes = change(routes(at.instance().service()));
        Target target = Target.of(at.with(routes.name(at.instance()), shared(at.host())), worker, routes.usage);
        Target old = routes.put(target);
        if (old == null) {
            instanceCount++;
            byInstanceIp.claim(target);
            byNamespaceIp.claim(target);
        } else {
            byInstanceIp.replace(old, target);
            byNamespaceIp.replace(old, target);
        }
    }

    private Host shared(Host host) {
        Host known = hosts.get(host.worker());
        if (known != null && known.equals(host)) {
            return known;
        }
        hosts.put(host.worker(), host);
        return host;
    }

    private boolean displace(InstanceName instance) {
        ServiceRoutes routes = services.get(instance.service());
        Target old = routes == null ? null : routes.remove(instance.number());
        if (routes == null || old == null) {
            return false;
        }
        byInstanceIp.release(old);
        byNamespaceIp.release(old);
        instanceCount--;
        change(routes);
        return true;
    }

    private boolean withdraw(ServiceName service) {
        ServiceRoutes routes = services.get(service);
        if (routes == null || routes.known == null) {
            return false;
        }
        change(routes).known = null;
        return true;
    }

    private void arrange(ServiceRoutes routes) {
        List<ServiceAddress> old = routes.addresses;
        serviceCount -= routes.isArranged() ? 1 : 0;
        routes.arrange();
        List<ServiceAddress> now = routes.addresses;
        int both = Math.min(old.size(), now.size());
        for (int i = 0; i < both; i++) {
            byServiceIp.replace(old.get(i), now.get(i));
        }
        old.subList(both, old.size()).forEach(byServiceIp::release);
        now.subList(both, now.size()).forEach(byServiceIp::claim);
        if (routes.known != null) {
            serviceCount++;
        } else if (routes.isEmpty()) {
            services.remove(routes.name);
        }
    }

    private void forgetWithdrawal(RouteUpdate gone) {
        withdrawals.remove(gone);
        withdrawn.remove(subject(gone));
    }

    private static Object subject(RouteUpdate update) {
        return switch (update) {
            case OfInstance of -> of.instance();
            case OfService of -> of.service();
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

        void replace(V old, V next) {
            v4.replace(old, next);
            v6.replace(old, next);
        }

        AddressIndex<V> index() {
            return new AddressIndex<>(v4.holders(), v6.holders());
        }
    }
}
