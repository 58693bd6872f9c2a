package io.xylem.proxy.domain;

import io.xylem.model.Ipv6;
import io.xylem.model.ServiceName;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a worker wants to hear of besides its own instances: the services that its packets use, and addresses of packets
 * that wait. A service stays in it while it is used, while there are flows with it, and for a while after that.
 *
 * <p>A dropped service's routes stay in force until they are taken back; if it is used before that, it is wanted again.
 * One thread; the time comes in.
 */
public final class InterestSet {
    /** An address that nobody answers for is asked for that long: longer than a packet waits, so that an answer counts. */
    static final long ASKED_NS = 10_000_000_000L;

    public static final int ASKED_MOST = 1_024;

    /** In a fixed order. */
    public record Wanted(List<ServiceName> services, List<Ipv6> addresses) {}

    private final long idleNs;
    private final Map<ServiceName, Long> usedNs = new HashMap<>();
    private final Map<Ipv6, Long> askedNs = new LinkedHashMap<>();

    /** @param idleNs how long a service stays in it that is not used */
    public InterestSet(long idleNs) {
        this.idleNs = idleNs;
    }

    /** As an earlier run left it: as if all were used now. */
    public void restore(Collection<ServiceName> services, long nowNs) {
        services.forEach(service -> usedNs.put(service, nowNs));
    }

    public Wanted wanted() {
        return new Wanted(
                usedNs.keySet().stream().sorted().toList(),
                askedNs.keySet().stream().sorted().toList());
    }

    /** A packet waits for it. @return whether that is new */
    public boolean ask(Ipv6 address, long nowNs) {
        boolean isNew = askedNs.remove(address) == null;
        if (askedNs.size() >= ASKED_MOST) {
            askedNs.remove(askedNs.keySet().iterator().next());
        }
        askedNs.put(address, nowNs);
        return isNew;
    }

    /** Nobody has it. @return whether it was asked for */
    public boolean unknown(Ipv6 address) {
        return askedNs.remove(address) != null;
    }

    /** Addresses that the table knows now turn into the services that they mean. @return whether anything changed */
    public boolean resolve(RouteTable table, long nowNs) {
        boolean changed = false;
        for (Iterator<Ipv6> addresses = askedNs.keySet().iterator(); addresses.hasNext(); ) {
            Ipv6 address = addresses.next();
            ServiceAddress service = table.service(address.high(), address.low());
            Target instance = table.instance(address.high(), address.low());
            if (service != null) {
                usedNs.put(service.service(), nowNs);
            } else if (instance != null) {
                usedNs.put(service(instance), nowNs);
            } else {
                continue;
            }
            addresses.remove();
            changed = true;
        }
        return changed;
    }

    /** Now and then: learns what was used, and drops what was not for long. @return whether anything changed */
    public boolean review(RouteTable table, FlowCounts flows, long nowNs) {
        int before = usedNs.size();
        table.forEachService(service -> note(service.service(), service.usage(), nowNs));
        table.forEachInstance(instance -> note(service(instance), instance.usage(), nowNs));
        boolean added = usedNs.size() > before;
        usedNs.replaceAll((service, last) -> nowNs - last >= idleNs && flows.any(service) ? nowNs : last);
        boolean dropped = usedNs.values().removeIf(last -> nowNs - last >= idleNs);
        boolean late = askedNs.values().removeIf(last -> nowNs - last >= ASKED_NS);
        return added || dropped || late;
    }

    private void note(ServiceName service, Usage usage, long nowNs) {
        long last = usage.lastNs();
        if (last != Usage.NEVER && nowNs - last < idleNs) {
            usedNs.merge(service, last, (known, noted) -> noted - known > 0 ? noted : known);
        }
    }

    private static ServiceName service(Target instance) {
        return instance.route().instance().service();
    }
}
