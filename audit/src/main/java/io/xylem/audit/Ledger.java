package io.xylem.audit;

import io.xylem.schemas.AvroWords;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.InstanceAllocation;
import io.xylem.schemas.avro.ServiceAllocation;
import io.xylem.schemas.avro.WorkerAllocation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who has an address according to the allocations, at every offset: at most one. Knows no rule but this one, so that it
 * would find a second owner even if allocator and checker were wrong in the same way.
 */
final class Ledger {
    /** Address or prefix to the key of its owner. */
    private final Map<Object, String> owners = new HashMap<>();
    /** Addresses that a record gave to a key against the rules. */
    private final Map<String, List<Object>> irregular = new HashMap<>();

    private final String realm;
    private final Findings findings;

    Ledger(String realm, Findings findings) {
        this.realm = realm;
        this.findings = findings;
    }

    /** The regular course: the entity changes as the event says. */
    void change(Change change, long offset, String where) {
        Entity before = change.before();
        Entity after = change.after();
        List<Object> against = irregular.remove(change.key());
        if (against != null) {
            against.forEach(address -> owners.remove(address, change.key()));
        } else if (before != null && after != null && sameAddresses(before, after)) {
            return;
        }
        if (before != null) {
            addresses(before).forEach(address -> owners.remove(address, change.key()));
        }
        if (after != null) {
            addresses(after).forEach(address -> own(address, change.key(), offset, where));
        }
    }

    /** A record that the events do not account for: what it says holds nevertheless for whoever reads it. */
    void say(String key, @Nullable Allocation allocation, long offset, String where) {
        if (allocation == null) {
            return;
        }
        List<Object> addresses = addresses(allocation);
        irregular.computeIfAbsent(key, _ -> new ArrayList<>()).addAll(addresses);
        addresses.forEach(address -> own(address, key, offset, where));
    }

    private void own(Object address, String key, long offset, String where) {
        String other = owners.putIfAbsent(address, key);
        if (other != null && !other.equals(key)) {
            findings.add(
                    Difference.Kind.DUPLICATE,
                    realm,
                    offset,
                    address.toString(),
                    "one owner at every offset",
                    "two owners: " + title(other) + " and " + title(key),
                    where.isEmpty() ? Topics.DEPLOYMENT_EVENTS.name() : where);
        }
    }

    /** {@code main|instance|A.prod.S.prod|1} in words. */
    static String title(String key) {
        String[] parts = key.split("\\|", -1);
        return parts.length == 4
                ? parts[1] + " " + parts[2] + "#" + parts[3]
                : parts.length == 3 ? parts[1] + " " + parts[2] : key;
    }

    private static boolean sameAddresses(Entity before, Entity after) {
        return switch (after) {
            case Entity.Worker worker ->
                before instanceof Entity.Worker was && was.subnet().equals(worker.subnet());
            case Entity.Service service ->
                before instanceof Entity.Service was && was.ips().equals(service.ips());
            case Entity.Instance instance ->
                before instanceof Entity.Instance was
                        && was.namespaceIp().equals(instance.namespaceIp())
                        && was.instanceIp().equals(instance.instanceIp());
        };
    }

    static List<Object> addresses(Entity entity) {
        return switch (entity) {
            case Entity.Worker worker ->
                List.of(worker.subnet().v4(), worker.subnet().v6());
            case Entity.Service service -> {
                List<Object> addresses = new ArrayList<>();
                service.ips().forEach(ip -> {
                    addresses.add(ip.address().v4());
                    addresses.add(ip.address().v6());
                });
                yield addresses;
            }
            case Entity.Instance instance ->
                List.of(
                        instance.instanceIp().v4(),
                        instance.instanceIp().v6(),
                        instance.namespaceIp().v4(),
                        instance.namespaceIp().v6());
        };
    }

    private static List<Object> addresses(Allocation allocation) {
        List<Object> addresses = new ArrayList<>();
        switch (allocation.getBody()) {
            case WorkerAllocation worker -> {
                var subnet = AvroWords.toModel(worker.getSubnet());
                addresses.add(subnet.v4());
                addresses.add(subnet.v6());
            }
            case ServiceAllocation service ->
                AvroWords.toModel(service.getServiceIps()).forEach(ip -> {
                    addresses.add(ip.address().v4());
                    addresses.add(ip.address().v6());
                });
            case InstanceAllocation instance -> {
                for (var pair : List.of(instance.getInstanceIp(), instance.getNamespaceIp())) {
                    addresses.add(AvroWords.toModel(pair).v4());
                    addresses.add(AvroWords.toModel(pair).v6());
                }
            }
            default -> throw new IllegalStateException("an allocation of " + allocation.getBody());
        }
        return addresses;
    }
}
