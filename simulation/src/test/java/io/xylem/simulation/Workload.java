package io.xylem.simulation;

import io.xylem.allocator.domain.Event;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What people ask of a cluster, sensible or not: an event that is refused is part of the life of a cluster. */
final class Workload {
    static final List<String> WORKERS = List.of("w1", "w2", "w3", "w4");
    static final List<ServiceName> SERVICES = List.of(
            ServiceName.parse("A.prod.S.prod"), ServiceName.parse("A.prod.T.prod"), ServiceName.parse("B.test.S.test"));

    private final Random random;
    private final List<InstanceName> scheduled = new ArrayList<>();

    Workload(Random random) {
        this.random = random;
    }

    /** A cluster to begin with. */
    List<Event> start() {
        return Stream.<Event>concat(
                        WORKERS.stream().map(this::joined),
                        SERVICES.stream().map(service -> new Event.ServiceRegistered(service, List.of())))
                .toList();
    }

    Event next() {
        String worker = any(WORKERS);
        ServiceName service = any(SERVICES);
        return switch (random.nextInt(40)) {
            case 0, 1, 2 -> joined(worker);
            case 3, 4 -> new Event.WorkerMoved(worker, underlay());
            case 5 -> random.nextInt(4) == 0 ? new Event.WorkerLeft(worker) : new Event.WorkerBack(worker);
            case 6 -> new Event.WorkerLost(worker);
            case 7, 8 -> new Event.WorkerBack(worker);
            case 9, 10 -> new Event.ServiceRegistered(service, List.of());
            case 11 -> new Event.ServiceRemoved(service);
            case 12, 13, 14, 15, 16, 17 -> new Event.InstanceMigrated(recent(), worker);
            case 18, 19 -> new Event.InstanceDraining(recent());
            case 20, 21, 22, 23, 24 -> new Event.InstanceRemoved(recent());
            case 25 -> new Event.InstanceUnready(recent());
            case 26 -> new Event.InstanceReady(recent());
            default -> {
                scheduled.add(new InstanceName(service, scheduled.size()));
                yield new Event.InstanceScheduled(scheduled.getLast(), worker);
            }
        };
    }

    private Event joined(String worker) {
        return new Event.WorkerJoined(worker, "c1", underlay(), null, null);
    }

    private InstanceName recent() {
        return scheduled.isEmpty()
                ? new InstanceName(SERVICES.getFirst(), 0)
                : scheduled.get(scheduled.size() - 1 - random.nextInt(Math.min(scheduled.size(), 30)));
    }

    private Endpoint underlay() {
        return new Endpoint("192.168.77." + (1 + random.nextInt(254)), 50_103);
    }

    private <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
