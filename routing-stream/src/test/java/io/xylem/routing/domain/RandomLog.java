package io.xylem.routing.domain;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** Allocations as an allocator might give them, from a seed: {@code -Dseed=} plays one again. */
public final class RandomLog {
    private static final List<InstanceState> PLACED =
            List.of(InstanceState.READY, InstanceState.UNREADY, InstanceState.DRAINING);

    private RandomLog() {}

    public static long seed() {
        Long given = Long.getLong("seed");
        long seed = given == null ? System.nanoTime() : given;
        System.out.println("play it again with -Dseed=" + seed);
        return seed;
    }

    /** Versions rise, with gaps; workers come before their instances and go after them. */
    public static List<AllocationChange> of(Random random, int length) {
        TreeMap<String, Allocated.Worker> workers = new TreeMap<>();
        TreeMap<InstanceName, Allocated.Instance> instances = new TreeMap<>();
        List<AllocationChange> log = new ArrayList<>();
        long version = 0;
        while (log.size() < length) {
            version += 1 + random.nextInt(3);
            String worker = "w" + (1 + random.nextInt(3));
            InstanceName name = new InstanceName(World.S, 1 + random.nextInt(5));
            Allocated.Instance before = instances.get(name);
            boolean hosts = instances.values().stream()
                    .anyMatch(instance -> instance.worker().equals(worker));
            switch (random.nextInt(8)) {
                case 0 -> {
                    Allocated.Worker joined = World.worker(worker, "192.168.77." + (1 + random.nextInt(250)));
                    workers.put(worker, joined);
                    log.add(World.given(version, random.nextInt(4) == 0 ? World.lost(joined) : joined));
                }
                case 1 -> {
                    if (!hosts && workers.remove(worker) != null) {
                        log.add(World.takenBack(version, World.worker(worker, "192.168.77.1")));
                    }
                }
                case 2 -> log.add(World.given(version, World.service()));
                case 3 -> {
                    if (before != null) {
                        instances.remove(name);
                        log.add(World.takenBack(version, before));
                    }
                }
                default -> {
                    if (workers.containsKey(worker)) {
                        boolean stays = before != null && before.worker().equals(worker);
                        Allocated.Instance next = World.instance(
                                name,
                                worker,
                                "10.18." + worker.substring(1) + "." + name.number(),
                                stays ? PLACED.get(random.nextInt(PLACED.size())) : InstanceState.SCHEDULED);
                        instances.put(name, next);
                        log.add(World.given(version, next));
                    }
                }
            }
        }
        return log;
    }
}
