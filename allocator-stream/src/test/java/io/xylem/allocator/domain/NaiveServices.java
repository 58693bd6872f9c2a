package io.xylem.allocator.domain;

import io.xylem.allocator.domain.NaivePool.No;
import io.xylem.allocator.domain.Rejection.Code;
import io.xylem.model.DualAddress;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The services of {@link NaiveAllocator}: a service IP is its two numbers, that of IPv4 first. */
final class NaiveServices {
    /** Left to the allocator. */
    private static final long NONE = -1;

    private final Map<ServiceName, Map<String, long[]>> services = new HashMap<>();

    Map<String, long[]> ips(ServiceName name) {
        Map<String, long[]> service = services.get(name);
        if (service == null) {
            throw new No(Code.UNKNOWN_SERVICE);
        }
        return service;
    }

    /** @return whether it is a new one */
    boolean register(Event.ServiceRegistered event, NaiveAddresses addresses, long atMs) {
        Map<String, long[]> wanted = wanted(event, addresses);
        Map<String, long[]> known = services.get(event.service());
        if (known != null) {
            boolean isSame = known.keySet().equals(wanted.keySet())
                    && wanted.entrySet().stream()
                            .allMatch(
                                    entry -> agrees(entry.getValue(), known.getOrDefault(entry.getKey(), new long[2])));
            if (!isSame) {
                throw new No(Code.CONFLICTING_REDEFINITION);
            }
            return false;
        }
        wanted.forEach((policy, ip) -> {
            String owner = event.service() + " " + policy;
            if (ip[0] != NONE) {
                addresses.v4.take(ip[0], owner, atMs, addresses::isOver);
            }
            if (ip[1] != NONE) {
                addresses.pool(policy).take(ip[1], owner, atMs, addresses::isOver);
            }
        });
        wanted.forEach((policy, ip) -> {
            String owner = event.service() + " " + policy;
            if (ip[0] == NONE) {
                ip[0] = addresses.v4.take(owner, atMs, addresses::isOver, Code.POOL_EXHAUSTED);
            }
            if (ip[1] == NONE) {
                ip[1] = addresses.pool(policy).take(owner, atMs, addresses::isOver, Code.POOL_EXHAUSTED);
            }
        });
        services.put(event.service(), wanted);
        return true;
    }

    private static boolean agrees(long[] wanted, long[] has) {
        return (wanted[0] == NONE || wanted[0] == has[0]) && (wanted[1] == NONE || wanted[1] == has[1]);
    }

    private static Map<String, long[]> wanted(Event.ServiceRegistered event, NaiveAddresses addresses) {
        List<Event.AddressRequest> requests =
                event.addresses().isEmpty() ? List.of(new Event.AddressRequest("RR", null, null)) : event.addresses();
        Map<String, long[]> wanted = new LinkedHashMap<>();
        for (Event.AddressRequest request : requests) {
            String policy = NaiveAddresses.policy(request);
            String v4 = request.v4();
            String v6 = request.v6();
            long[] ip = {v4 == null ? NONE : addresses.number4(v4), v6 == null ? NONE : addresses.number6(policy, v6)};
            if (wanted.put(policy, ip) != null) {
                throw new No(Code.MALFORMED_EVENT);
            }
        }
        return wanted;
    }

    Details shown(ServiceName name, NaiveAddresses addresses) {
        List<ServiceIp> shown = new ArrayList<>();
        ips(name).forEach((policy, ip) -> {
            DualAddress address =
                    new DualAddress(addresses.address4(ip[0]), addresses.address6("service.v6." + policy, ip[1]));
            shown.add(new ServiceIp(policy, address));
        });
        return new Details.OfService(name, shown);
    }

    void remove(ServiceName name, NaiveAddresses addresses, long atMs, long offset) {
        ips(name).forEach((policy, ip) -> {
            addresses.v4.release(ip[0], atMs, offset);
            addresses.pool(policy).release(ip[1], atMs, offset);
        });
        services.remove(name);
    }
}
