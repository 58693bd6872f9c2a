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
import io.xylem.model.ServiceName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The choosers of this worker, one a service and policy: both addresses of a service IP ask the same one, and it outlives
 * the table that it was first asked for. They choose by the measurements that are kept here.
 */
final class Choosers {
    /** The chooser of one policy of a service; a service has few. */
    private record Entry(
            String ipType,
            InstanceChooser chooser,
            boolean countsFlows,
            @Nullable Entry next) {}

    private final Policies policies;
    private final Map<ServiceName, Entry> choosers = new HashMap<>();
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
        if (address.targets().isEmpty()) {
            return Drop.NO_USABLE_INSTANCE;
        }
        try {
            Entry entry = find(address);
            if (entry == null) {
                Optional<BalancingPolicy> policy = policies.find(address.ipType());
                if (policy.isEmpty()) {
                    return Drop.UNKNOWN_POLICY;
                }
                entry = add(address, policy.get());
            }
            int chosen = entry.chooser.choose(choice(address, client, site, nowNs));
            return chosen < 0 || chosen >= address.targets().size()
                    ? Drop.POLICY_FAILED
                    : address.targets().get(chosen);
        } catch (RuntimeException | LinkageError e) {
            return Drop.POLICY_FAILED; // a policy may be anybody's code; its failure is this packet's loss only
        }
    }

    /** What {@link #choose} would do; changes nothing. Empty where no policy is asked, or it fails. */
    Optional<Explanation> explain(ServiceAddress address, InstanceName client, Site site, long nowNs) {
        if (address.targets().isEmpty()) {
            return Optional.empty();
        }
        try {
            Entry entry = find(address);
            Optional<InstanceChooser> chooser = entry == null
                    ? policies.find(address.ipType()).map(BalancingPolicy::newChooser)
                    : Optional.of(entry.chooser);
            return chooser.map(found -> found.explain(choice(address, client, site, nowNs)));
        } catch (RuntimeException | LinkageError e) {
            return Optional.empty();
        }
    }

    /** Forgets those of services that went, once they are more than the living ones. */
    void retain(RouteTable table) {
        if (choosers.size() <= 64 + 4 * table.serviceCount()) {
            return;
        }
        Set<ServiceName> living = new HashSet<>();
        table.forEachService(address -> living.add(address.service()));
        choosers.keySet().retainAll(living);
    }

    private void flowsChanged(InstanceName instance) {
        for (Entry entry = choosers.get(instance.service()); entry != null; entry = entry.next) {
            if (entry.countsFlows) {
                try {
                    entry.chooser.flowsChanged(instance, measured);
                } catch (RuntimeException | LinkageError e) {
                    // Its next choice fails too, and is counted.
                }
            }
        }
    }

    private @Nullable Entry find(ServiceAddress address) {
        Entry entry = choosers.get(address.service());
        while (entry != null && !entry.ipType.equals(address.ipType())) {
            entry = entry.next;
        }
        return entry;
    }

    private Entry add(ServiceAddress address, BalancingPolicy policy) {
        Entry entry = new Entry(
                address.ipType(),
                policy.newChooser(),
                policy.needs().contains(Need.ACTIVE_FLOWS),
                choosers.get(address.service()));
        choosers.put(address.service(), entry);
        return entry;
    }

    private Choice choice(ServiceAddress address, InstanceName client, Site site, long nowNs) {
        return new Choice(address.candidates(), client, site, measured, nowNs);
    }
}
