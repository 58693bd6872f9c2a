package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** One realm in memory, for tests and the simulation. Two are equal when they know the same. */
public final class RoutingStateInMemory implements RoutingState {
    private final Map<String, Versioned<Allocated.Worker>> workers = new TreeMap<>();
    private final Map<ServiceName, Versioned<Allocated.Service>> services = new TreeMap<>();
    private final Map<InstanceName, PlacedInstance> instances = new TreeMap<>();
    private final Map<String, NavigableSet<InstanceName>> instancesByWorker = new TreeMap<>();
    private final Map<String, ServiceName> servicesByAddress = new TreeMap<>();
    private long version = NOTHING;

    @Override
    public long version() {
        return version;
    }

    @Override
    public Optional<Versioned<Allocated.Worker>> worker(String worker) {
        return Optional.ofNullable(workers.get(worker));
    }

    @Override
    public Optional<Versioned<Allocated.Service>> service(ServiceName service) {
        return Optional.ofNullable(services.get(service));
    }

    @Override
    public Optional<PlacedInstance> instance(InstanceName instance) {
        return Optional.ofNullable(instances.get(instance));
    }

    @Override
    public List<Versioned<Allocated.Worker>> workers() {
        return List.copyOf(workers.values());
    }

    @Override
    public Optional<ServiceName> serviceAt(String address) {
        return Optional.ofNullable(servicesByAddress.get(address));
    }

    @Override
    public List<PlacedInstance> instancesOf(ServiceName service) {
        return instances.values().stream()
                .filter(placed -> placed.name().service().equals(service))
                .toList();
    }

    @Override
    public List<PlacedInstance> instancesOn(String worker) {
        return instancesByWorker.getOrDefault(worker, new TreeSet<>()).stream()
                .flatMap(name -> instance(name).stream())
                .toList();
    }

    @Override
    public void putWorker(Versioned<Allocated.Worker> worker) {
        workers.put(worker.value().name(), worker);
    }

    @Override
    public void removeWorker(String worker) {
        workers.remove(worker);
    }

    @Override
    public void putService(Versioned<Allocated.Service> service) {
        removeService(service.value().name());
        services.put(service.value().name(), service);
        service.value()
                .addresses()
                .forEach(address ->
                        servicesByAddress.put(address, service.value().name()));
    }

    @Override
    public void removeService(ServiceName service) {
        service(service)
                .ifPresent(before ->
                        before.value().addresses().forEach(address -> servicesByAddress.remove(address, service)));
        services.remove(service);
    }

    @Override
    public void putInstance(PlacedInstance instance) {
        removeInstance(instance.name());
        instances.put(instance.name(), instance);
        instance.instance()
                .addresses()
                .forEach(address ->
                        servicesByAddress.put(address, instance.name().service()));
        instancesByWorker
                .computeIfAbsent(instance.worker(), _ -> new TreeSet<>())
                .add(instance.name());
    }

    @Override
    public void removeInstance(InstanceName instance) {
        instance(instance).ifPresent(before -> {
            instancesByWorker.getOrDefault(before.worker(), new TreeSet<>()).remove(instance);
            instances.remove(instance);
            before.instance().addresses().forEach(address -> servicesByAddress.remove(address, instance.service()));
        });
    }

    @Override
    public void advanceTo(long version) {
        this.version = version;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RoutingStateInMemory that
                && version == that.version
                && workers.equals(that.workers)
                && services.equals(that.services)
                && instances.equals(that.instances);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(version) + instances.hashCode();
    }

    @Override
    public String toString() {
        return "version " + version + " " + workers.values() + services.values() + instances.values();
    }
}
