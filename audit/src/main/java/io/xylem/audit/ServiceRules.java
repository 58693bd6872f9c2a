package io.xylem.audit;

import io.xylem.audit.Rules.Moment;
import io.xylem.model.DualAddress;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.schemas.avro.AddressRequest;
import io.xylem.schemas.avro.ServiceRegistered;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Services have one dual address a policy from their registration to their removal. */
final class ServiceRules {
    private record Wanted(
            Plan.PolicyPool policy,
            @Nullable Ipv4 v4,
            @Nullable Ipv6 v6) {}

    private ServiceRules() {}

    static Answer registered(RealmModel realm, ServiceRegistered event, Moment now) {
        RealmModel.Group known = realm.services.get(event.getService());
        if (known == null) {
            RealmModel.checkName(event.getService());
        }
        List<Wanted> wanted = wanted(realm, event);
        if (known != null) {
            if (!isSame(known.service.ips(), wanted)) {
                throw new No("CONFLICTING_REDEFINITION");
            }
            return answer(now, true, known.service.name(), known.service.ips());
        }
        Deque<Runnable> taken = new ArrayDeque<>();
        List<ServiceIp> ips;
        try {
            ips = take(realm, event.getService(), wanted, now.atMs(), taken);
        } catch (No no) {
            taken.forEach(Runnable::run);
            throw no;
        }
        Entity.Service service = new Entity.Service(
                realm.name + "|service|" + event.getService(), now.offset(), event.getService(), ips);
        realm.services.put(service.name(), new RealmModel.Group(service));
        realm.serviceIps += ips.size();
        realm.changes.add(new Change(service.key(), null, service));
        return answer(now, false, service.name(), ips);
    }

    /** What is requested comes first, whatever its place in the list. */
    private static List<ServiceIp> take(
            RealmModel realm, String service, List<Wanted> wanted, long atMs, Deque<Runnable> taken) {
        for (Wanted one : wanted) {
            String owner = owner(service, one.policy.ipType());
            takeRequested(realm.plan.v4, one.v4, owner, atMs, taken);
            takeRequested(one.policy.v6(), one.v6, owner, atMs, taken);
        }
        List<ServiceIp> ips = new ArrayList<>(wanted.size());
        for (Wanted one : wanted) {
            String owner = owner(service, one.policy.ipType());
            Ipv4 v4 = one.v4 != null ? one.v4 : takeNext(realm.plan.v4, owner, atMs, taken);
            Ipv6 v6 = one.v6 != null ? one.v6 : takeNext(one.policy.v6(), owner, atMs, taken);
            ips.add(new ServiceIp(one.policy.ipType(), new DualAddress(v4, v6)));
        }
        return List.copyOf(ips);
    }

    private static <A extends Comparable<A>> void takeRequested(
            Pool<A> pool, @Nullable A address, String owner, long atMs, Deque<Runnable> taken) {
        if (address != null) {
            String refusal = pool.refusal(address, owner, atMs);
            if (refusal != null) {
                throw new No(refusal);
            }
            taken.push(pool.take(address, owner));
        }
    }

    private static <A extends Comparable<A>> A takeNext(Pool<A> pool, String owner, long atMs, Deque<Runnable> taken) {
        A next = pool.peek(atMs);
        if (next == null) {
            throw new No("POOL_EXHAUSTED");
        }
        taken.push(pool.take(next, owner));
        taken.push(pool.forgetRested(atMs));
        return next;
    }

    private static List<Wanted> wanted(RealmModel realm, ServiceRegistered event) {
        if (event.getAddresses().isEmpty()) {
            return List.of(new Wanted(policy(realm, "RR"), null, null));
        }
        List<Wanted> wanted = new ArrayList<>();
        for (AddressRequest request : event.getAddresses()) {
            Plan.PolicyPool policy = policy(realm, request.getPolicy());
            Wanted one = new Wanted(policy, v4(request.getV4()), v6(request.getV6()));
            if (wanted.stream().anyMatch(other -> other.policy.ipType().equals(policy.ipType()))) {
                throw new No("MALFORMED_EVENT");
            }
            wanted.add(one);
        }
        return wanted;
    }

    private static Plan.PolicyPool policy(RealmModel realm, String name) {
        Plan.PolicyPool policy = realm.plan.policy(name);
        if (policy == null) {
            throw new No("UNKNOWN_POLICY");
        }
        return policy;
    }

    private static @Nullable Ipv4 v4(@Nullable String text) {
        try {
            return text == null ? null : Ipv4.parse(text);
        } catch (IllegalArgumentException e) {
            throw new No("MALFORMED_EVENT");
        }
    }

    private static @Nullable Ipv6 v6(@Nullable String text) {
        try {
            return text == null ? null : Ipv6.parse(text);
        } catch (IllegalArgumentException e) {
            throw new No("MALFORMED_EVENT");
        }
    }

    private static boolean isSame(List<ServiceIp> ips, List<Wanted> wanted) {
        if (ips.size() != wanted.size()) {
            return false;
        }
        for (Wanted one : wanted) {
            boolean found = false;
            for (ServiceIp ip : ips) {
                found |= ip.ipType().equals(one.policy.ipType())
                        && (one.v4 == null || one.v4.equals(ip.address().v4()))
                        && (one.v6 == null || one.v6.equals(ip.address().v6()));
            }
            if (!found) {
                return false;
            }
        }
        return true;
    }

    static Answer removed(RealmModel realm, String name, Moment now) {
        RealmModel.Group group = realm.group(name);
        if (!group.instances.isEmpty()) {
            throw new No("SERVICE_HAS_INSTANCES");
        }
        Entity.Service service = group.service;
        for (ServiceIp ip : service.ips()) {
            Plan.PolicyPool policy = policy(realm, ip.ipType());
            realm.plan.v4.release(ip.address().v4(), now.atMs(), realm.nextRelease(), now.offset());
            policy.v6().release(ip.address().v6(), now.atMs(), realm.nextRelease(), now.offset());
        }
        realm.services.remove(service.name());
        realm.serviceIps -= service.ips().size();
        realm.changes.add(new Change(service.key(), service, null));
        return answer(now, false, service.name(), List.of());
    }

    private static String owner(String service, String ipType) {
        return "service IP " + service + " " + ipType;
    }

    private static Answer answer(Moment now, boolean unchanged, String service, List<ServiceIp> ips) {
        return new Answer(now.offset(), now.type(), null, unchanged, null, null, service, -1, ips, null, null);
    }
}
