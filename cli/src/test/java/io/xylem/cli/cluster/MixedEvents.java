package io.xylem.cli.cluster;

import io.xylem.schemas.avro.AddressRequest;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.InstanceDraining;
import io.xylem.schemas.avro.InstanceMigrated;
import io.xylem.schemas.avro.InstanceReady;
import io.xylem.schemas.avro.InstanceRemoved;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.InstanceUnready;
import io.xylem.schemas.avro.ServiceRegistered;
import io.xylem.schemas.avro.ServiceRemoved;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WorkerBack;
import io.xylem.schemas.avro.WorkerJoined;
import io.xylem.schemas.avro.WorkerLeft;
import io.xylem.schemas.avro.WorkerLost;
import io.xylem.schemas.avro.WorkerMoved;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * An endless log of one realm, the same for the same seed. Most events are the plain course of things; the few names
 * that there are, drawn at random, see to refusals, requests for what holds already, and full workers. A few events are
 * sent twice.
 */
public final class MixedEvents {
    private static final int WORKERS = 6;
    private static final int SERVICES = 30;
    private static final int REPEAT_PERCENT = 2;

    private final String realm;
    private final Random random;
    private final int[] instances = new int[SERVICES];
    private final List<DeploymentEvent> sent = new ArrayList<>();

    public MixedEvents(String realm, long seed) {
        this.realm = realm;
        this.random = new Random(seed);
    }

    public DeploymentEvent next() {
        if (!sent.isEmpty() && chance(REPEAT_PERCENT)) {
            return sent.get(random.nextInt(sent.size()));
        }
        var event = new DeploymentEvent(realm, realm + "-" + sent.size(), 0L, body());
        sent.add(event);
        return event;
    }

    private Object body() {
        int kind = sent.size() < WORKERS ? 0 : random.nextInt(100);
        int s = random.nextInt(SERVICES);
        String service = chance(1) ? "no name" : "fire.prod.s" + s + ".prod";
        String worker = "w" + (kind == 0 ? sent.size() % WORKERS : random.nextInt(WORKERS + 1)); // one is never there
        int instance = random.nextInt(Math.max(1, instances[s]) + 1);
        if (kind < 4) {
            return new WorkerJoined(worker, "fire", underlay(kind), null, null);
        } else if (kind < 7) {
            return new WorkerMoved(worker, underlay(kind));
        } else if (kind < 8) {
            return new WorkerLeft(worker);
        } else if (kind < 9) {
            return random.nextBoolean() ? new WorkerLost(worker) : new WorkerBack(worker);
        } else if (kind < 20) {
            return new ServiceRegistered(service, requests());
        } else if (kind < 22) {
            return new ServiceRemoved(service);
        } else if (kind < 50) {
            return new InstanceScheduled(service, chance(10) ? instance : instances[s]++, worker, 1);
        } else if (kind < 65) {
            return InstanceReady.newBuilder()
                    .setService(service)
                    .setInstance(instance)
                    .build();
        } else if (kind < 70) {
            return InstanceUnready.newBuilder()
                    .setService(service)
                    .setInstance(instance)
                    .build();
        } else if (kind < 78) {
            return new InstanceMigrated(service, instance, worker);
        } else if (kind < 82) {
            return new InstanceDraining(service, instance);
        }
        return new InstanceRemoved(service, instance);
    }

    private List<AddressRequest> requests() {
        return switch (random.nextInt(8)) {
            case 0 -> List.of(new AddressRequest("RR", "10.30.77." + random.nextInt(1, 40), null));
            case 1 -> List.of(new AddressRequest("RR", "10.31.0.1", null)); // not of this realm
            case 2 -> List.of(new AddressRequest("nearest", null, null));
            default -> List.of();
        };
    }

    private UnderlayEndpoint underlay(int last) {
        return new UnderlayEndpoint("192.0.2." + (last + random.nextInt(3)), 50103);
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
