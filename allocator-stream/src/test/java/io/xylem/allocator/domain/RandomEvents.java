package io.xylem.allocator.domain;

import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.ServiceName;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Events that often collide: few names, few addresses, pools that run dry. The same seed gives the same events. */
public final class RandomEvents {
    private static final int EVENTS_BACK = 12;

    private final Random random;
    private final List<Event> removals = new ArrayList<>();
    private final List<Long> removalOffsets = new ArrayList<>();

    public RandomEvents(long seed) {
        random = new Random(seed);
    }

    /** {@code -Dseed=} or a new one; printed, so that a failure can be run again. */
    public static long seed(Class<?> test) {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println(test.getSimpleName() + " -Dseed=" + seed);
        return seed;
    }

    /** How long after the event before: mostly soon, at times a quarantine later. */
    public long stepMs() {
        return random.nextInt(10) == 0 ? random.nextInt(70_000) : random.nextInt(2_000);
    }

    public Event next(long offset) {
        // Most settings can be had at the beginning only, before anything is given out.
        boolean isSettings = random.nextInt(offset < 8 ? 2 : 40) == 0;
        Event event = isSettings ? RandomSettings.draw(random) : draw();
        if (event instanceof Event.InstanceRemoved || event instanceof Event.InstanceMigrated) {
            removals.add(event);
            removalOffsets.add(offset);
        }
        return event;
    }

    private Event draw() {
        return switch (random.nextInt(24)) {
            case 0, 1 ->
                new Event.WorkerJoined(
                        random.nextInt(40) == 0 ? "w|1" : worker(),
                        random.nextInt(8) == 0 ? "c2" : "c1",
                        endpoint(1),
                        null,
                        null);
            case 2 -> new Event.WorkerMoved(worker(), endpoint(1 + random.nextInt(2)));
            case 3 -> random.nextInt(3) == 0 ? new Event.WorkerLeft(worker()) : new Event.WorkerLost(worker());
            case 4 -> new Event.WorkerBack(worker());
            case 5, 6 -> new Event.ServiceRegistered(service(), requests());
            case 7 -> new Event.ServiceRemoved(service());
            case 8, 9, 10, 11, 12, 13 -> new Event.InstanceScheduled(instance(), worker(), weight());
            case 14 -> new Event.InstanceReady(instance(), reporter());
            case 15 -> new Event.InstanceUnready(instance(), reporter());
            case 16 -> new Event.InstanceDraining(instance());
            case 17, 18 -> new Event.InstanceMigrated(instance(), worker());
            case 19, 20, 21 -> new Event.InstanceRemoved(instance());
            default -> confirmation();
        };
    }

    private Event confirmation() {
        if (removals.isEmpty()) {
            return new Event.WithdrawalConfirmed(instance(), 0);
        }
        int back = Math.max(0, removals.size() - 1 - random.nextInt(EVENTS_BACK));
        InstanceName name = switch (removals.get(back)) {
            case Event.InstanceRemoved removed -> removed.instance();
            case Event.InstanceMigrated migrated -> migrated.instance();
            default -> instance();
        };
        return new Event.WithdrawalConfirmed(name, removalOffsets.get(back));
    }

    private List<Event.AddressRequest> requests() {
        List<Event.AddressRequest> requests = new ArrayList<>();
        if (random.nextInt(3) > 0) {
            requests.add(request(random.nextBoolean() ? "RR" : "rr", "fdff:2000::", "fdff:7000::"));
        }
        if (random.nextInt(3) == 0) {
            requests.add(request("closest", "fdff:1000::", "fdff:8000::"));
        }
        if (random.nextInt(20) == 0) {
            requests.add(request(random.nextBoolean() ? "RR" : "nearest", "fdff:2000::", "fdff:6000::"));
        }
        return requests;
    }

    private Event.AddressRequest request(String policy, String... v6Networks) {
        @Nullable String v4 = random.nextInt(4) == 0 ? v4() : null;
        String v6Network = v6Networks[random.nextInt(v6Networks.length)];
        @Nullable String v6 = random.nextInt(4) == 0 ? v6Network + Integer.toHexString(random.nextInt(40)) : null;
        return new Event.AddressRequest(policy, v4, v6);
    }

    private String v4() {
        return switch (random.nextInt(20)) {
            case 0 -> "10.30.999.1";
            case 1, 2 -> "10.31.0." + random.nextInt(9);
            case 3 -> "10.40.0." + random.nextInt(17);
            default -> "10.30.0." + random.nextInt(17);
        };
    }

    /** Mostly the default. */
    private int weight() {
        return random.nextInt(8) > 0 ? 1 : random.nextInt(4) == 0 ? random.nextInt(1_010) - 4 : 1 + random.nextInt(3);
    }

    private @Nullable String reporter() {
        return random.nextInt(3) == 0 ? null : worker();
    }

    private String worker() {
        return "w" + random.nextInt(6);
    }

    private ServiceName service() {
        return ServiceName.parse("A.prod.S" + random.nextInt(4) + ".prod");
    }

    private InstanceName instance() {
        return new InstanceName(service(), random.nextInt(12));
    }

    private static Endpoint endpoint(int host) {
        return new Endpoint("192.168.77." + host, 50103);
    }
}
