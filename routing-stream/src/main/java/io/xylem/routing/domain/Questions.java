package io.xylem.routing.domain;

import io.xylem.model.ServiceName;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Addresses that workers asked for, and what an allocation says of them. */
final class Questions {
    private final RoutingView view;
    private final Interests interests;

    Questions(RoutingView view, Interests interests) {
        this.view = view;
        this.interests = interests;
    }

    /**
     * By worker, what is to be said to who asked for an address that has an owner now. A repetition answers everybody
     * who asked: what was said the first time may be lost. Before the state takes the change in.
     */
    Map<String, Interests.News> answered(AllocationChange change) {
        if (!(change instanceof AllocationChange.Given(long version, Allocated allocated))) {
            return Map.of();
        }
        Map<String, Interests.News> answered = new TreeMap<>();
        allocated.entity().ofService().ifPresent(service -> {
            boolean again = version <= AllocationDecider.versionOf(view, allocated.entity());
            for (String worker : interests.askers(allocated.addresses(), service, again)) {
                SortedSet<String> addresses = new TreeSet<>(interests.of(worker).addresses());
                addresses.retainAll(allocated.addresses());
                SortedSet<ServiceName> gained = new TreeSet<>(Set.of(service));
                answered.put(worker, new Interests.News(gained, new TreeSet<>(), new TreeSet<>(), addresses));
            }
        });
        return answered;
    }

    /**
     * Who has just taken its question back, and may have been told of the service when both were read in another order.
     *
     * @return the workers that are to forget the service
     */
    SortedSet<String> tooLate(AllocationChange change) {
        return change instanceof AllocationChange.Given(var _, Allocated allocated)
                ? allocated
                        .entity()
                        .ofService()
                        .map(service -> interests.lateAskers(allocated.addresses(), service))
                        .orElseGet(TreeSet::new)
                : new TreeSet<>();
    }
}
