package io.xylem.proxy.domain;

import io.xylem.balancing.InstanceChooser;
import io.xylem.balancing.Policies;
import io.xylem.model.ServiceName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The choosers of this worker, one a service and policy: both addresses of a service IP ask the same one, and it outlives
 * the table that it was first asked for.
 */
final class Choosers {
    private record Key(ServiceName service, String ipType) {
        static Key of(ServiceAddress address) {
            return new Key(address.service(), address.ipType());
        }
    }

    private final Policies policies;
    private final Map<Key, InstanceChooser> choosers = new HashMap<>();

    Choosers(Policies policies) {
        this.policies = policies;
    }

    /** @return the instance for a new flow ({@link Target}), or the reason why there is none ({@link Drop}) */
    Verdict.Outbound choose(ServiceAddress address) {
        if (address.targets().isEmpty()) {
            return Drop.NO_USABLE_INSTANCE;
        }
        Key key = Key.of(address);
        InstanceChooser chooser = choosers.get(key);
        try {
            if (chooser == null) {
                var policy = policies.find(address.ipType());
                if (policy.isEmpty()) {
                    return Drop.UNKNOWN_POLICY;
                }
                chooser = policy.get().newChooser();
                choosers.put(key, chooser);
            }
            int chosen = chooser.choose(address.candidates());
            return chosen < 0 || chosen >= address.targets().size()
                    ? Drop.POLICY_FAILED
                    : address.targets().get(chosen);
        } catch (RuntimeException e) {
            return Drop.POLICY_FAILED; // a policy may be anybody's code; its failure is this packet's loss only
        }
    }

    /** Forgets those of services that went, once they are more than the living ones. */
    void retain(RouteTable table) {
        if (choosers.size() <= 64 + 4 * table.serviceCount()) {
            return;
        }
        Set<Key> living = new HashSet<>();
        table.forEachService(address -> living.add(Key.of(address)));
        choosers.keySet().retainAll(living);
    }
}
