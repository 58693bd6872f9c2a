package io.xylem.audit;

import io.xylem.schemas.avro.AddressRequest;
import io.xylem.schemas.avro.GeoLocation;
import io.xylem.schemas.avro.InstanceDraining;
import io.xylem.schemas.avro.InstanceMigrated;
import io.xylem.schemas.avro.InstanceReady;
import io.xylem.schemas.avro.InstanceRemoved;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.InstanceUnready;
import io.xylem.schemas.avro.RealmConfigured;
import io.xylem.schemas.avro.ServiceRegistered;
import io.xylem.schemas.avro.ServiceRemoved;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WithdrawalConfirmed;
import io.xylem.schemas.avro.WorkerBack;
import io.xylem.schemas.avro.WorkerJoined;
import io.xylem.schemas.avro.WorkerLeft;
import io.xylem.schemas.avro.WorkerLost;
import io.xylem.schemas.avro.WorkerMoved;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Events that often collide, malformed ones among them: few names, few addresses. */
final class RandomBodies {
    private record Removal(String service, int number, long offset) {}

    /** Of a realm whose pools are unused yet, so that its settings may become anything. */
    private static final int FIRST_EVENTS = 24;

    private final Random random;
    private final RandomSettings settings;
    private final List<Removal> removals = new ArrayList<>();

    RandomBodies(long seed) {
        random = new Random(seed);
        settings = new RandomSettings(random);
    }

    static long seed(Class<?> test) {
        long seed = Long.getLong("seed", System.nanoTime());
        System.out.println(test.getSimpleName() + " -Dseed=" + seed);
        return seed;
    }

    long stepMs() {
        return random.nextInt(10) == 0 ? random.nextInt(70_000) : random.nextInt(2_000);
    }

    String id(long offset) {
        return "event-" + (random.nextInt(20) == 0 ? Math.max(0, offset - random.nextInt(40)) : offset);
    }

    String realm() {
        return random.nextInt(4) == 0 ? "other" : "main";
    }

    Object next(long offset) {
        if (random.nextInt(offset < FIRST_EVENTS ? 3 : 40) == 0) {
            return new RealmConfigured(settings.next());
        }
        return switch (random.nextInt(26)) {
            case 0, 1 ->
                new WorkerJoined(
                        random.nextInt(30) == 0 ? "-w" : worker(),
                        random.nextInt(8) == 0 ? "c2" : "c1",
                        endpoint(1),
                        random.nextInt(3) == 0 ? "eu-1" : null,
                        random.nextInt(3) == 0 ? new GeoLocation(80.0 + random.nextInt(12), 11.6) : null);
            case 2 -> new WorkerMoved(worker(), endpoint(1 + random.nextInt(3)));
            case 3 -> random.nextInt(3) == 0 ? new WorkerLeft(worker()) : new WorkerLost(worker());
            case 4 -> new WorkerBack(worker());
            case 5, 6 -> new ServiceRegistered(service(), requests());
            case 7 -> new ServiceRemoved(service());
            case 8, 9, 10, 11, 12, 13 -> new InstanceScheduled(service(), number(), worker(), weight());
            case 14, 15 -> new InstanceReady(service(), number(), reporter());
            case 16 -> new InstanceUnready(service(), number(), "probe failed", reporter());
            case 17 -> new InstanceDraining(service(), number());
            case 18, 19 -> {
                Removal moved = new Removal(service(), number(), offset);
                removals.add(moved);
                yield new InstanceMigrated(moved.service(), moved.number(), worker());
            }
            case 20, 21, 22 -> {
                Removal removal = new Removal(service(), number(), offset);
                removals.add(removal);
                yield new InstanceRemoved(removal.service(), removal.number());
            }
            default -> confirmation();
        };
    }

    private Object confirmation() {
        if (removals.isEmpty()) {
            return new WithdrawalConfirmed(service(), number(), 0L);
        }
        Removal removal = removals.get(Math.max(0, removals.size() - 1 - random.nextInt(12)));
        return new WithdrawalConfirmed(removal.service(), removal.number(), removal.offset());
    }

    private List<AddressRequest> requests() {
        List<AddressRequest> requests = new ArrayList<>();
        if (random.nextInt(3) > 0) {
            requests.add(request(random.nextBoolean() ? "RR" : "rr", "fdff:2000::"));
        }
        if (random.nextInt(3) == 0) {
            requests.add(request("closest", "fdff:1000::"));
        }
        if (random.nextInt(20) == 0) {
            requests.add(request(random.nextBoolean() ? "RR" : "nearest", "fdff:2000::"));
        }
        return requests;
    }

    private AddressRequest request(String policy, String v6Network) {
        @Nullable String v4 = random.nextInt(4) == 0 ? "10.30.0." + random.nextInt(17) : null;
        @Nullable String v6 = random.nextInt(4) == 0 ? v6Network + Integer.toHexString(random.nextInt(40)) : null;
        return new AddressRequest(policy, random.nextInt(40) == 0 ? "10.30.999.1" : v4, v6);
    }

    private String worker() {
        return "w" + random.nextInt(6);
    }

    private @Nullable String reporter() {
        return random.nextInt(3) == 0 ? worker() : null;
    }

    private String service() {
        return random.nextInt(100) == 0 ? "A.prod.S_.prod" : "A.prod.S" + random.nextInt(4) + ".prod";
    }

    private int weight() {
        return random.nextInt(5) > 0 ? 1 : random.nextInt(40) == 0 ? random.nextInt(2) * 1_001 : 1 + random.nextInt(3);
    }

    private int number() {
        return random.nextInt(100) == 0 ? -1 : random.nextInt(12);
    }

    private UnderlayEndpoint endpoint(int host) {
        return new UnderlayEndpoint(host == 3 ? "192.168.77.999" : "192.168.77." + host, 50103);
    }
}
