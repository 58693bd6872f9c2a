package io.xylem.audit;

import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.InstanceAllocation;
import io.xylem.schemas.avro.InstanceRoute;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.ServiceAllocation;
import io.xylem.schemas.avro.ServiceRoute;
import io.xylem.schemas.avro.WorkerAllocation;
import io.xylem.schemas.json.StateJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Allocations and routes against each other: what has addresses has a route, and what has a route has those addresses. */
public final class Leaks {
    private Leaks() {}

    /** @param missing what the other side should have and does not */
    public record Leak(String key, String missing, String detail) {}

    /** Both by their record keys, what was taken back left out. */
    public static List<Leak> between(Map<String, Allocation> allocations, Map<String, Route> routes) {
        List<Leak> leaks = new ArrayList<>();
        new TreeMap<>(allocations).forEach((key, allocation) -> {
            Route route = routes.get(key);
            if (!(allocation.getBody() instanceof WorkerAllocation) && route == null) {
                leaks.add(new Leak(key, "route", Texts.of(allocation)));
            }
        });
        new TreeMap<>(routes).forEach((key, route) -> {
            Allocation allocation = allocations.get(key);
            if (!(route.getBody() instanceof ServiceRoute) && !(route.getBody() instanceof InstanceRoute)) {
                return; // It gives nobody an address.
            }
            if (allocation == null) {
                leaks.add(new Leak(key, "owner", describe(route)));
            } else if (!sameAddresses(allocation.getBody(), route.getBody())) {
                leaks.add(new Leak(
                        key, "same addresses", "allocated " + Texts.of(allocation) + ", routed " + describe(route)));
            }
        });
        return leaks;
    }

    private static String describe(Route route) {
        return StateJson.write(route);
    }

    private static boolean sameAddresses(Object allocated, Object routed) {
        return switch (allocated) {
            case ServiceAllocation service ->
                routed instanceof ServiceRoute route && service.getServiceIps().equals(route.getServiceIps());
            case InstanceAllocation instance ->
                routed instanceof InstanceRoute route
                        && instance.getInstanceIp().equals(route.getInstanceIp())
                        && instance.getNamespaceIp().equals(route.getNamespaceIp())
                        && instance.getWorker().equals(route.getWorker());
            default -> false;
        };
    }
}
