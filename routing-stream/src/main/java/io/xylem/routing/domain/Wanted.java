package io.xylem.routing.domain;

import io.xylem.model.ServiceName;
import java.util.Collection;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What one worker asked for, and what came of it.
 *
 * @param position of the declaration in the log of statuses: one that is read again has the same
 * @param services by name
 * @param addresses whose services the worker did not know
 * @param resolved the services of those addresses, as far as they were known since
 * @param dropped services that were wanted a moment ago, or may have been when the logs were read in another order:
 *     whoever reads the declaration again must say once more that they are to be forgotten
 * @param droppedAddresses the same of addresses
 */
public record Wanted(
        long position,
        SortedSet<ServiceName> services,
        SortedSet<String> addresses,
        SortedSet<ServiceName> resolved,
        SortedSet<ServiceName> dropped,
        SortedSet<String> droppedAddresses) {
    public static final Wanted NOTHING =
            new Wanted(-1, new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), new TreeSet<>());

    /** The services whose routes the worker gets. */
    public SortedSet<ServiceName> all() {
        return union(services, resolved);
    }

    boolean declares(Set<ServiceName> services, Set<String> addresses) {
        return this.services.equals(services) && this.addresses.equals(addresses);
    }

    Wanted resolving(ServiceName service) {
        return new Wanted(
                position,
                services,
                addresses,
                union(resolved, Set.of(service)),
                minus(dropped, Set.of(service)),
                droppedAddresses);
    }

    Wanted dropping(ServiceName service) {
        return new Wanted(position, services, addresses, resolved, union(dropped, Set.of(service)), droppedAddresses);
    }

    Wanted withoutDropped() {
        return new Wanted(position, services, addresses, resolved, new TreeSet<>(), new TreeSet<>());
    }

    boolean isNothing() {
        return services.isEmpty() && addresses.isEmpty() && !hasDropped();
    }

    boolean hasDropped() {
        return !dropped.isEmpty() || !droppedAddresses.isEmpty();
    }

    static <T extends Comparable<T>> SortedSet<T> union(Collection<T> one, Collection<T> other) {
        SortedSet<T> union = new TreeSet<>(one);
        union.addAll(other);
        return union;
    }

    static <T extends Comparable<T>> SortedSet<T> minus(Collection<T> one, Collection<T> other) {
        SortedSet<T> rest = new TreeSet<>(one);
        rest.removeAll(other);
        return rest;
    }
}
