package io.xylem.simulation;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.routing.domain.Allocated;
import io.xylem.routing.domain.AllocationChange;
import io.xylem.routing.domain.Entity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the allocations say in sum, kept as plainly as can be: the truth that the nodes are held to. */
final class Ledger {
    final Map<String, Allocated.Worker> workers = new TreeMap<>();
    final Map<ServiceName, Allocated.Service> services = new TreeMap<>();
    final Map<InstanceName, Allocated.Instance> instances = new TreeMap<>();
    final Set<DualAddress> namespaceIpsEver = new HashSet<>();
    private int read;

    /** Reads on, and checks what must hold after every single record. */
    void read(List<AllocationChange> allocations) {
        for (; read < allocations.size(); read++) {
            switch (allocations.get(read)) {
                case AllocationChange.Given(long _, Allocated.Worker worker) -> workers.put(worker.name(), worker);
                case AllocationChange.Given(long _, Allocated.Service service) -> services.put(service.name(), service);
                case AllocationChange.Given(long _, Allocated.Instance instance) -> {
                    instances.put(instance.name(), instance);
                    namespaceIpsEver.add(instance.namespaceIp());
                }
                case AllocationChange.TakenBack(long _, Entity.OfWorker(String worker)) -> workers.remove(worker);
                case AllocationChange.TakenBack(long _, Entity.OfService(ServiceName service)) ->
                    services.remove(service);
                case AllocationChange.TakenBack(long _, Entity.OfInstance(InstanceName instance)) ->
                    instances.remove(instance);
            }
            noAddressHasTwoOwners();
        }
    }

    private void noAddressHasTwoOwners() {
        Map<Object, Object> owners = new HashMap<>();
        services.values().forEach(service -> service.serviceIps().forEach(ip -> own(owners, ip.address(), service)));
        instances.values().forEach(instance -> {
            own(owners, instance.instanceIp(), instance.name());
            own(owners, instance.namespaceIp(), instance.name());
        });
        List<Allocated.Worker> all = new ArrayList<>(workers.values());
        for (Allocated.Worker one : all) {
            for (Allocated.Worker other : all) {
                assertThat(!one.equals(other)
                                && (one.subnet().v4().overlaps(other.subnet().v4())
                                        || one.subnet()
                                                .v6()
                                                .overlaps(other.subnet().v6())))
                        .as("subnets of %s and %s overlap", one, other)
                        .isFalse();
            }
        }
        instances.values().forEach(instance -> {
            Allocated.Worker host = workers.get(instance.worker());
            if (host != null) {
                assertThat(host.subnet().v4().contains(instance.namespaceIp().v4())
                                && host.subnet()
                                        .v6()
                                        .contains(instance.namespaceIp().v6()))
                        .as("%s is in the subnet of %s", instance, host)
                        .isTrue();
            }
        });
    }

    private static void own(Map<Object, Object> owners, DualAddress address, Object owner) {
        assertThat(owners.put(address.v4(), owner))
                .as("owner of %s beside %s", address.v4(), owner)
                .isNull();
        assertThat(owners.put(address.v6(), owner))
                .as("owner of %s beside %s", address.v6(), owner)
                .isNull();
    }

    Allocated.Worker host(Allocated.Instance instance) {
        Allocated.Worker host = workers.get(instance.worker());
        assertThat(host).as("the host of %s", instance).isNotNull();
        return requireNonNull(host);
    }

    /** What a proxy must make of the instance's state. */
    InstanceState readiness(Allocated.Instance instance) {
        return host(instance).lost() ? InstanceState.UNREADY : instance.state();
    }

    List<Allocated.Instance> readyOf(ServiceName service) {
        return instances.values().stream()
                .filter(instance -> instance.name().service().equals(service))
                .filter(instance -> readiness(instance) == InstanceState.READY)
                .toList();
    }

    List<ServiceIp> serviceIps(ServiceName service) {
        Allocated.Service known = services.get(service);
        return known == null ? List.of() : known.serviceIps();
    }
}
