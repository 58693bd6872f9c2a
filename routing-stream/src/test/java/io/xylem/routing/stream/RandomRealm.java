package io.xylem.routing.stream;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.ServiceIp;
import io.xylem.model.ServiceName;
import io.xylem.routing.domain.Allocated;
import io.xylem.routing.domain.AllocationChange;
import io.xylem.routing.domain.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** An allocator of a small realm: every call makes one event's changes, in the order in which they are written. */
final class RandomRealm {
    static final List<String> WORKERS = List.of("w1", "w2", "w3", "w4");
    static final List<ServiceName> SERVICES = List.of("A.p.S.p", "B.p.S.p", "C.p.S.p").stream()
            .map(ServiceName::parse)
            .toList();
    private static final List<InstanceState> STATES =
            List.of(InstanceState.READY, InstanceState.UNREADY, InstanceState.DRAINING);

    final Map<String, Allocated.Worker> workers = new TreeMap<>();
    final Map<ServiceName, Allocated.Service> services = new TreeMap<>();
    final Map<InstanceName, Allocated.Instance> instances = new TreeMap<>();
    private final Random random;
    private long version;
    private int moves;

    RandomRealm(Random random) {
        this.random = random;
    }

    long version() {
        return version;
    }

    List<AllocationChange> next() {
        version += 1 + random.nextInt(2);
        String worker = WORKERS.get(random.nextInt(WORKERS.size()));
        ServiceName service = SERVICES.get(random.nextInt(SERVICES.size()));
        InstanceName name = new InstanceName(service, 1 + random.nextInt(3));
        return switch (random.nextInt(10)) {
            case 0 -> worker(worker);
            case 1 -> random.nextInt(3) == 0 ? leave(worker) : worker(worker);
            case 2 -> service(service);
            case 3 -> remove(name);
            case 4, 5 -> place(name, worker);
            default -> state(name, worker);
        };
    }

    private List<AllocationChange> worker(String name) {
        Allocated.Worker worker = World.worker(name, "192.168.77." + (1 + random.nextInt(250)));
        Allocated.Worker next = workers.containsKey(name) && random.nextInt(3) == 0 ? World.lost(worker) : worker;
        workers.put(name, next);
        return List.of(World.given(version, next));
    }

    private List<AllocationChange> leave(String name) {
        Allocated.Worker worker = workers.remove(name);
        if (worker == null) {
            return List.of();
        }
        List<AllocationChange> changes = new ArrayList<>();
        for (Allocated.Instance hosted : List.copyOf(instances.values())) {
            if (hosted.worker().equals(name)) {
                instances.remove(hosted.name());
                changes.add(World.takenBack(version, hosted));
            }
        }
        changes.add(World.takenBack(version, worker));
        return changes;
    }

    private List<AllocationChange> service(ServiceName name) {
        Allocated.Service known = services.get(name);
        if (known == null) {
            int number = 200 + SERVICES.indexOf(name);
            known = new Allocated.Service(
                    name, List.of(new ServiceIp("RR", World.addresses("10.30.1." + number, "fdff:2000::" + number))));
            services.put(name, known);
            return List.of(World.given(version, known));
        }
        if (instances.keySet().stream().anyMatch(instance -> instance.service().equals(name))) {
            return List.of();
        }
        services.remove(name);
        return List.of(World.takenBack(version, known));
    }

    private List<AllocationChange> remove(InstanceName name) {
        Allocated.Instance gone = instances.remove(name);
        return gone == null ? List.of() : List.of(World.takenBack(version, gone));
    }

    /** Scheduled anew, or migrated. */
    private List<AllocationChange> place(InstanceName name, String worker) {
        Allocated.Instance before = instances.get(name);
        if (!services.containsKey(name.service())
                || !workers.containsKey(worker)
                || (before != null && before.worker().equals(worker))) {
            return List.of();
        }
        return put(name, worker, InstanceState.SCHEDULED, "10.18.0." + (1 + moves++ % 250));
    }

    private List<AllocationChange> state(InstanceName name, String worker) {
        Allocated.Instance before = instances.get(name);
        return before == null
                ? place(name, worker)
                : put(
                        name,
                        before.worker(),
                        STATES.get(random.nextInt(STATES.size())),
                        before.namespaceIp().v4().toString());
    }

    private List<AllocationChange> put(InstanceName name, String worker, InstanceState state, String namespaceIp) {
        int number = 1 + SERVICES.indexOf(name.service()) * 10 + name.number();
        Allocated.Instance next = new Allocated.Instance(
                name,
                worker,
                World.addresses("10.30.0." + number, "fdff::" + number),
                World.addresses(namespaceIp, "fc00::7901"),
                state,
                1);
        instances.put(name, next);
        return List.of(World.given(version, next));
    }
}
