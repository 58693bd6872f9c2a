package io.xylem.routing.stream;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import io.xylem.routing.domain.Allocated;
import io.xylem.routing.domain.Entity;
import io.xylem.routing.domain.PlacedInstance;
import io.xylem.routing.domain.RoutingState;
import io.xylem.routing.domain.Versioned;
import io.xylem.schemas.Topics;
import io.xylem.schemas.avro.Allocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** {@link StoredView} with the writing half; for the stream thread, which reads a change's instance several times. */
final class StoredRealm extends StoredView implements RoutingState {
    /** As many as workers have in IPv4; with as many instances, and their addresses, a few MB. */
    private static final int KEPT = 1_024;

    private final KeyValueStore<String, byte[]> store;
    private final Serializer<Allocation> serializer;
    private final Map<String, Versioned<Allocated.Worker>> workers = new Recent<>(KEPT);
    private final Map<InstanceName, PlacedInstance> instances = new Recent<>(KEPT);
    private final Map<String, ServiceName> owners = new Recent<>(4 * KEPT);
    private long version;
    private boolean removed;

    StoredRealm(String realm, KeyValueStore<String, byte[]> store, Serde<Allocation> serde) {
        super(realm, new StoreEntries(store), serde.deserializer());
        this.store = store;
        this.serializer = serde.serializer();
        version = super.version();
    }

    /** After a restart perhaps an earlier one, with nothing removed since. */
    @Override
    public long version() {
        return version;
    }

    private record StoreEntries(KeyValueStore<String, byte[]> store) implements Entries {
        @Override
        public byte @Nullable [] get(String key) {
            return store.get(key);
        }

        @Override
        public List<KeyValue<String, byte[]>> range(String first, String last) {
            List<KeyValue<String, byte[]>> found = new ArrayList<>();
            try (KeyValueIterator<String, byte[]> iterator = store.range(first, last)) {
                iterator.forEachRemaining(found::add);
            }
            return found;
        }
    }

    @Override
    public Optional<Versioned<Allocated.Worker>> worker(String worker) {
        return read(workers, worker, super::worker);
    }

    @Override
    public Optional<PlacedInstance> instance(InstanceName instance) {
        return read(instances, instance, super::instance);
    }

    @Override
    public Optional<ServiceName> serviceAt(String address) {
        return read(owners, address, super::serviceAt);
    }

    private static <K, V> Optional<V> read(Map<K, V> known, K key, Function<K, Optional<V>> stored) {
        V value = known.get(key);
        if (value != null) {
            return Optional.of(value);
        }
        Optional<V> found = stored.apply(key);
        found.ifPresent(next -> known.put(key, next));
        return found;
    }

    @Override
    public void putWorker(Versioned<Allocated.Worker> worker) {
        put(worker.version(), worker.value());
        workers.put(worker.value().name(), worker);
    }

    @Override
    public void removeWorker(String worker) {
        removed = true;
        workers.remove(worker);
        remove(new Entity.OfWorker(worker));
    }

    /** The index first, as with instances. */
    @Override
    public void putService(Versioned<Allocated.Service> service) {
        ServiceName name = service.value().name();
        service(name)
                .ifPresent(before -> removeAddresses(
                        name, before.value().addresses(), service.value().addresses()));
        putAddresses(name, service.value().addresses());
        put(service.version(), service.value());
    }

    @Override
    public void removeService(ServiceName service) {
        removed = true;
        service(service)
                .ifPresent(before -> removeAddresses(service, before.value().addresses(), List.of()));
        remove(new Entity.OfService(service));
    }

    /** The index first: until the instance itself is written, a repetition finds what was there before. */
    @Override
    public void putInstance(PlacedInstance placed) {
        ServiceName service = placed.name().service();
        List<String> addresses = placed.instance().addresses();
        Optional<PlacedInstance> before = instance(placed.name());
        before.ifPresent(known -> {
            if (!known.worker().equals(placed.worker())) {
                store.delete(hostedKey(known.worker(), placed.name()));
            }
            removeAddresses(service, known.instance().addresses(), addresses);
        });
        putAddresses(service, addresses);
        if (before.filter(
                        known -> known.worker().equals(placed.worker()) && known.placedSince() == placed.placedSince())
                .isEmpty()) {
            store.put(hostedKey(placed.worker(), placed.name()), bytes(placed.placedSince()));
        }
        put(placed.version(), placed.instance());
        instances.put(placed.name(), placed);
    }

    @Override
    public void removeInstance(InstanceName instance) {
        removed = true;
        instance(instance).ifPresent(before -> {
            removeAddresses(instance.service(), before.instance().addresses(), List.of());
            store.delete(hostedKey(before.worker(), instance));
            remove(new Entity.OfInstance(instance));
            instances.remove(instance);
        });
    }

    /**
     * Whoever is there has a version of its own; this one is asked of who is not. So it is written with a removal only,
     * also with one of what is gone already: a crash may have come between the two.
     */
    @Override
    public void advanceTo(long next) {
        version = next;
        if (removed) {
            store.put(versionKey(), bytes(next));
            removed = false;
        }
    }

    private void putAddresses(ServiceName service, List<String> addresses) {
        for (String address : addresses) {
            if (!serviceAt(address).equals(Optional.of(service))) {
                store.put(addressKey(address), service.toString().getBytes(UTF_8));
                owners.put(address, service);
            }
        }
    }

    /** An address that has gone to another service meanwhile stays. */
    private void removeAddresses(ServiceName service, List<String> addresses, List<String> except) {
        for (String address : addresses) {
            if (!except.contains(address) && serviceAt(address).equals(Optional.of(service))) {
                store.delete(addressKey(address));
                owners.remove(address);
            }
        }
    }

    private void put(long version, Allocated allocated) {
        // Written under the allocations' own subject: it is the same record in the same schema.
        Allocation allocation = AllocationRecords.toAvro(realm, version, allocated);
        store.put(
                AllocationRecords.key(realm, allocated.entity()),
                Objects.requireNonNull(serializer.serialize(Topics.ALLOCATIONS.name(), allocation)));
    }

    private void remove(Entity entity) {
        store.delete(AllocationRecords.key(realm, entity));
    }
}
