package io.xylem.bench;

import io.xylem.schemas.avro.AddressRequest;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.InstanceReady;
import io.xylem.schemas.avro.InstanceRemoved;
import io.xylem.schemas.avro.InstanceScheduled;
import io.xylem.schemas.avro.InstanceUnready;
import io.xylem.schemas.avro.ServiceRegistered;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WorkerJoined;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;

/**
 * The events that fill a realm. Instance {@code n} is of service {@code n % services} on worker {@code n % workers}, so
 * that neighbours in the log share neither.
 */
final class Space {
    /** 1 024 workers with 62 addresses each; with 2 046 services they are all 65 534 semantic addresses. */
    static final int FULL = 63_488;

    private static final int FULL_SERVICES = 2_046;
    private static final int PER_WORKER = 62;

    private final String realm;
    private final int workers;
    private final int services;
    private long ids;

    /** Workers and services for this many instances. */
    Space(String realm, int instances) {
        if (instances < 1 || instances > FULL) {
            throw new IllegalArgumentException("a realm holds 1 to " + FULL + " instances, not " + instances);
        }
        this.realm = realm;
        this.workers = (instances + PER_WORKER - 1) / PER_WORKER;
        this.services = Math.max(1, (int) ((long) instances * FULL_SERVICES / FULL));
    }

    int workers() {
        return workers;
    }

    int services() {
        return services;
    }

    String worker(int n) {
        return "w" + n % workers;
    }

    String service(int n) {
        return "app.bench.s" + n % services + ".bench";
    }

    int number(int n) {
        return n / services;
    }

    /** All that instances need: to be handled before them. */
    List<DeploymentEvent> preparation() {
        List<DeploymentEvent> events = new ArrayList<>();
        for (int n = 0; n < workers; n++) {
            events.add(event(WorkerJoined.newBuilder()
                    .setWorker(worker(n))
                    .setCluster("bench")
                    .setUnderlay(new UnderlayEndpoint("192.168.77.1", 1 + n))
                    .build()));
        }
        for (int n = 0; n < services; n++) {
            events.add(event(ServiceRegistered.newBuilder()
                    .setService(service(n))
                    .setAddresses(List.<AddressRequest>of())
                    .build()));
        }
        return events;
    }

    List<DeploymentEvent> instances(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(n -> event(InstanceScheduled.newBuilder()
                        .setService(service(n))
                        .setInstance(number(n))
                        .setWorker(worker(n))
                        .build()))
                .toList();
    }

    DeploymentEvent readiness(int n, boolean ready) {
        return event(
                ready
                        ? InstanceReady.newBuilder()
                                .setService(service(n))
                                .setInstance(number(n))
                                .build()
                        : InstanceUnready.newBuilder()
                                .setService(service(n))
                                .setInstance(number(n))
                                .build());
    }

    DeploymentEvent removal(int n) {
        return event(InstanceRemoved.newBuilder()
                .setService(service(n))
                .setInstance(number(n))
                .build());
    }

    /** Asks for instance {@code n} again, on another worker than its own; to be refused while it lives. */
    DeploymentEvent misplaced(int n) {
        return event(InstanceScheduled.newBuilder()
                .setService(service(n))
                .setInstance(number(n))
                .setWorker(worker(n + 1))
                .build());
    }

    private DeploymentEvent event(Object body) {
        return DeploymentEvent.newBuilder()
                .setRealm(realm)
                // As long as the ids that publishers make.
                .setId(new UUID(realm.hashCode(), ids++).toString())
                .setAt(System.currentTimeMillis())
                .setBody(body)
                .build();
    }
}
