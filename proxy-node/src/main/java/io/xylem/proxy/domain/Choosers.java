package io.xylem.proxy.domain;

import io.xylem.balancing.BalancingPolicy;
import io.xylem.balancing.BalancingPolicy.Need;
import io.xylem.balancing.Choice;
import io.xylem.balancing.Explanation;
import io.xylem.balancing.InstanceChooser;
import io.xylem.balancing.MeasuredState;
import io.xylem.balancing.Policies;
import io.xylem.balancing.Site;
import io.xylem.model.InstanceName;
import io.xylem.model.Ipv4;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The choosers of this worker, one a service and policy: both addresses of a service IP ask the same one, and it outlives
 * the table that it was first asked for. They choose by the measurements that are kept here.
 */
final class Choosers {
    /** One service IP's. */
    private static final class Entry {
        final InstanceChooser chooser;
        final BalancingPolicy policy;
        final boolean countsFlows;
        /** Choices made ahead, if there are any. */
        @Nullable
        AheadChoices ahead;
        /** As it was asked for last; an address may have gone to another service since. */
        ServiceAddress address;

        Entry(ServiceAddress address, BalancingPolicy policy) {
            this.address = address;
            this.policy = policy;
            chooser = policy.newChooser();
            countsFlows = policy.needs().contains(Need.ACTIVE_FLOWS);
        }
    }

    private final Policies policies;
    /** By the service IP's IPv4 address: one word to hash, and as unique as service and policy. */
    private final Map<Ipv4, Entry> choosers = new HashMap<>();

    private final Map<ServiceName, List<Entry>> flowCounters = new HashMap<>();
    private final MeasuredState measured = new MeasuredState(this::flowsChanged);

    Choosers(Policies policies) {
        this.policies = policies;
    }

    MeasuredState measured() {
        return measured;
    }

    /**
     * @param site of this worker
     * @return the instance for a new flow ({@link Target}), or the reason why there is none ({@link Drop})
     */
    Verdict.Outbound choose(ServiceAddress address, InstanceName client, Site site, long nowNs) {
        if (!address.hasTargets()) {
            return Drop.NO_USABLE_INSTANCE;
        }
        try {
            InstanceChooser chooser = chooser(address);
            if (chooser == null) {
                return Drop.UNKNOWN_POLICY;
            }
            Target ahead = address.ahead == null ? null : address.ahead.take();
            if (ahead != null) {
                return ahead;
            }
            Target chosen = address.target(chooser.choose(choice(address, client, site, nowNs)));
            return chosen == null ? Drop.POLICY_FAILED : chosen;
        } catch (RuntimeException | LinkageError e) {
            return Drop.POLICY_FAILED; // a policy may be anybody's code; its failure is this packet's loss only
        }
    }

    @SuppressWarnings("ReferenceEquality") // these very choosers
    private @Nullable InstanceChooser chooser(ServiceAddress address) {
        InstanceChooser known = address.chooser;
        if (known != null && address.chooserOf == this) {
            return known;
        }
        Entry entry = find(address);
        if (entry == null) {
            Optional<BalancingPolicy> policy = policies.find(address.ipType());
            if (policy.isEmpty()) {
                return null;
            }
            entry = add(address, policy.get());
        }
        address.chooser = entry.chooser;
        address.ahead = entry.ahead;
        address.chooserOf = this;
        return entry.chooser;
    }

    /** What {@link #choose} would do; changes no chooser. Empty where no policy is asked, or it fails. */
    Optional<Explanation> explain(ServiceAddress address, InstanceName client, Site site, long nowNs) {
        if (!address.hasTargets()) {
            return Optional.empty();
        }
        try {
            Entry entry = find(address);
            Optional<InstanceChooser> chooser = entry == null
                    ? policies.find(address.ipType()).map(BalancingPolicy::newChooser)
                    : Optional.of(entry.chooser);
            Optional<Explanation> explained = chooser.map(found -> found.explain(choice(address, client, site, nowNs)));
            Target ahead = entry == null || entry.ahead == null ? null : entry.ahead.peek();
            int index = ahead == null ? -1 : address.targets().indexOf(ahead);
            return index < 0
                    ? explained
                    : explained.map(known -> new Explanation(index, known.reason() + "; chosen ahead", known.scores()));
        } catch (RuntimeException | LinkageError e) {
            return Optional.empty();
        }
    }

    /** Whether choices for this service can be made ahead; it was chosen for already. */
    BalancingPolicy.Ahead ahead(ServiceAddress address) {
        Entry entry = find(address);
        return entry == null ? BalancingPolicy.Ahead.NO : entry.policy.ahead();
    }

    /** Its choices made ahead. @return null when there is no room for them */
    @Nullable
    AheadChoices ahead(ServiceAddress address, Doors doors, InstanceName client, Site site) {
        Entry entry = find(address);
        if (entry == null || (entry.ahead != null && !entry.ahead.isOver())) {
            return entry == null ? null : entry.ahead;
        }
        Doors.Desk desk = doors.newDesk();
        entry.ahead = desk == null
                ? null
                : new AheadChoices(desk, entry.policy, entry.chooser, measured, address, client, site);
        address.ahead = entry.ahead;
        return entry.ahead;
    }

    void forEachAhead(Consumer<AheadChoices> action) {
        for (Entry entry : List.copyOf(choosers.values())) {
            if (entry.ahead != null) {
                action.accept(entry.ahead);
                if (entry.ahead.isOver()) {
                    entry.ahead = null;
                }
            }
        }
    }

    /** Forgets those of addresses that went, once they are more than the living ones. */
    void retain(RouteTable table) {
        if (choosers.size() <= 64 + 4 * table.serviceCount()) {
            return;
        }
        Set<Ipv4> living = new HashSet<>();
        table.forEachService(address -> living.add(address.address().v4()));
        for (Entry entry : List.copyOf(choosers.values())) {
            if (!living.contains(entry.address.address().v4())) {
                remove(entry);
            }
        }
    }

    private void flowsChanged(InstanceName instance) {
        for (Entry entry : flowCounters.getOrDefault(instance.service(), List.of())) {
            try {
                entry.chooser.flowsChanged(instance, measured);
            } catch (RuntimeException | LinkageError e) {
                remove(entry); // it starts anew with the next flow
                return;
            }
        }
    }

    private @Nullable Entry find(ServiceAddress address) {
        Entry entry = choosers.get(address.address().v4());
        if (entry != null && isOther(entry.address, address)) {
            if (!entry.address.service().equals(address.service())
                    || !entry.address.ipType().equals(address.ipType())) {
                remove(entry);
                return null;
            }
            entry.address = address;
        }
        return entry;
    }

    @SuppressWarnings(
            "ReferenceEquality") // most often it is the same object, and comparing names takes longer than choosing
    private static boolean isOther(ServiceAddress known, ServiceAddress address) {
        return known != address;
    }

    private Entry add(ServiceAddress address, BalancingPolicy policy) {
        Entry entry = new Entry(address, policy);
        choosers.put(address.address().v4(), entry);
        if (entry.countsFlows) {
            flowCounters
                    .computeIfAbsent(address.service(), service -> new ArrayList<>())
                    .add(entry);
        }
        return entry;
    }

    private void remove(Entry entry) {
        if (entry.ahead != null) {
            entry.ahead.end(0);
        }
        entry.address.chooser = null;
        choosers.remove(entry.address.address().v4(), entry);
        List<Entry> counters = flowCounters.get(entry.address.service());
        if (counters != null && counters.remove(entry) && counters.isEmpty()) {
            flowCounters.remove(entry.address.service());
        }
    }

    private Choice choice(ServiceAddress address, InstanceName client, Site site, long nowNs) {
        return new Choice(address.candidates(), client, site, measured, nowNs);
    }
}
