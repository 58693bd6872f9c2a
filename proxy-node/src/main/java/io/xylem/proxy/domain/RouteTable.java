package io.xylem.proxy.domain;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All routes at one moment, arranged for packets. Immutable; its owner publishes it through a volatile reference. Made
 * by {@link RouteFold}. Lookups take addresses as in {@link Addresses} and allocate nothing.
 */
public final class RouteTable {
    private final String worker;
    private final long version;
    private final int instanceCount;
    private final int serviceCount;
    private final AddressIndex<ServiceAddress> byServiceIp;
    private final AddressIndex<Target> byInstanceIp;
    private final AddressIndex<Target> byNamespaceIp;

    RouteTable(
            String worker,
            long version,
            int instanceCount,
            int serviceCount,
            AddressIndex<ServiceAddress> byServiceIp,
            AddressIndex<Target> byInstanceIp,
            AddressIndex<Target> byNamespaceIp) {
        this.worker = worker;
        this.version = version;
        this.instanceCount = instanceCount;
        this.serviceCount = serviceCount;
        this.byServiceIp = byServiceIp;
        this.byInstanceIp = byInstanceIp;
        this.byNamespaceIp = byNamespaceIp;
    }

    public static RouteTable empty(String worker) {
        return new RouteFold(worker).table();
    }

    /** The worker whose view this is. */
    public String worker() {
        return worker;
    }

    /** The highest version of which it has all updates, withdrawals included; -1 without any. */
    public long version() {
        return version;
    }

    public int instanceCount() {
        return instanceCount;
    }

    public int serviceCount() {
        return serviceCount;
    }

    public @Nullable ServiceAddress service(long high, long low) {
        return byServiceIp.get(high, low);
    }

    public @Nullable Target instance(long high, long low) {
        return byInstanceIp.get(high, low);
    }

    public @Nullable Target namespace(long high, long low) {
        return byNamespaceIp.get(high, low);
    }

    /** The same instance as it is in this table, at the same instance IP; null if it is not. */
    @Nullable
    Target again(Target was) {
        Target now = instance(0, Addresses.low(was.route().instanceIp(), true));
        return now != null && now.route().instance().equals(was.route().instance()) ? now : null;
    }

    /** The instances of this table that are not the very same in a later one; costs as much as has changed. */
    void forEachChanged(RouteTable later, Consumer<Target> action) {
        byInstanceIp.v4().forEachChanged(later.byInstanceIp.v4(), action);
    }

    /** In no particular order. */
    public void forEachInstance(Consumer<Target> action) {
        byInstanceIp.forEach(action);
    }

    /** In no particular order. */
    public void forEachService(Consumer<ServiceAddress> action) {
        byServiceIp.forEach(action);
    }
}
