package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What allocations took away a moment ago. After a crash both logs are read again, in another order between them: a
 * worker that was told of something when it asked the first time may ask the second time when that is gone. So whoever
 * asks hears of what has just ended, too.
 */
final class Departed {
    private final RoutingView view;
    private final FeedStore store;
    private final Map<ServiceName, Map<Entity, FeedStore.Ended>> byService = new HashMap<>();
    private final Map<String, Set<Entity>> byAddress = new HashMap<>();
    private final Fading<Entity> fading = new Fading<>();

    Departed(RoutingView view, FeedStore store) {
        this.view = view;
        this.store = store;
        store.ended().forEach(this::add);
    }

    /** Before the state takes the change in, so that a crash in between leaves what is to be said again. */
    void follow(AllocationChange change) {
        Optional<? extends Allocated> before = known(change.entity());
        if (before.isEmpty()) {
            return;
        }
        Entity entity = change.entity();
        TreeSet<String> addresses = new TreeSet<>(before.get().addresses());
        if (change instanceof AllocationChange.Given(var _, Allocated next)) {
            next.addresses().forEach(addresses::remove);
            if (addresses.isEmpty()) {
                return;
            }
        }
        FeedStore.Ended end = new FeedStore.Ended(entity, change.version(), addresses);
        FeedStore.Ended known = of(end.service()).get(entity);
        if (known != null) {
            end = new FeedStore.Ended(entity, change.version(), Wanted.union(known.addresses(), addresses));
        }
        add(end);
        store.keepEnded(end);
    }

    private Optional<? extends Allocated> known(Entity entity) {
        return switch (entity) {
            case Entity.OfService(ServiceName service) -> view.service(service).map(Versioned::value);
            case Entity.OfInstance(InstanceName instance) ->
                view.instance(instance).map(PlacedInstance::instance);
            case Entity.OfWorker _ -> Optional.empty();
        };
    }

    private void add(FeedStore.Ended end) {
        Entity entity = end.entity();
        byService.computeIfAbsent(end.service(), _ -> new LinkedHashMap<>()).put(entity, end);
        end.addresses()
                .forEach(address -> byAddress
                        .computeIfAbsent(address, _ -> new LinkedHashSet<>())
                        .add(entity));
        fading.add(entity);
    }

    private Map<Entity, FeedStore.Ended> of(ServiceName service) {
        return byService.getOrDefault(service, Map.of());
    }

    /** How the routes of what is gone have ended. */
    List<RouteChange> routesOf(ServiceName service) {
        return of(service).values().stream()
                .filter(end -> known(end.entity()).isEmpty())
                .map(end -> RouteChange.withdrawn(end.version(), end.entity()))
                .toList();
    }

    /** Whose the address was. */
    Set<ServiceName> ownersOf(String address) {
        return byAddress.getOrDefault(address, Set.of()).stream()
                .flatMap(entity -> entity.ofService().stream())
                .collect(Collectors.toSet());
    }

    /** As {@link Interests#sweep}. */
    void sweep() {
        for (Entity entity : fading.sweep()) {
            entity.ofService().ifPresent(service -> remove(service, entity));
            store.dropEnded(entity);
        }
    }

    private void remove(ServiceName service, Entity entity) {
        byService.computeIfPresent(service, (_, ends) -> {
            FeedStore.Ended end = ends.remove(entity);
            if (end != null) {
                end.addresses()
                        .forEach(address -> byAddress.computeIfPresent(address, (_, entities) -> {
                            entities.remove(entity);
                            return entities.isEmpty() ? null : entities;
                        }));
            }
            return ends.isEmpty() ? null : ends;
        });
    }
}
