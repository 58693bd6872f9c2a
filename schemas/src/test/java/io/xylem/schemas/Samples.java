package io.xylem.schemas;

import io.xylem.model.DualAddress;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.schemas.avro.AddressUnknown;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.Convergence;
import io.xylem.schemas.avro.DeploymentEvent;
import io.xylem.schemas.avro.Heartbeat;
import io.xylem.schemas.avro.InstanceAllocation;
import io.xylem.schemas.avro.InstanceFlows;
import io.xylem.schemas.avro.InstanceLoad;
import io.xylem.schemas.avro.InstanceRoute;
import io.xylem.schemas.avro.Interests;
import io.xylem.schemas.avro.LoadReport;
import io.xylem.schemas.avro.Outcome;
import io.xylem.schemas.avro.OutcomeStatus;
import io.xylem.schemas.avro.Readiness;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.StateHash;
import io.xylem.schemas.avro.Tick;
import io.xylem.schemas.avro.TunnelKeys;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WorkerLeft;
import io.xylem.schemas.avro.WorkerStatus;
import java.nio.ByteBuffer;
import java.util.List;

/** A value or more of every topic. */
final class Samples {
    private static final DualAddress ADDRESS = new DualAddress(Ipv4.parse("10.30.0.2"), Ipv6.parse("fdff::1"));

    private Samples() {}

    @FunctionalInterface
    interface Check {
        <V> void on(Topic<V> topic, V value);
    }

    static void ofEveryTopic(Check check) {
        check.on(Topics.DEPLOYMENT_EVENTS, new DeploymentEvent("main", "id", 5L, new WorkerLeft("w1")));
        check.on(
                Topics.OUTCOMES,
                Outcome.newBuilder()
                        .setRealm("main")
                        .setId("id")
                        .setOffset(7)
                        .setType("WorkerLeft")
                        .setStatus(OutcomeStatus.ACCEPTED)
                        .setInstanceIp(AvroWords.toAvro(ADDRESS))
                        .build());
        check.on(
                Topics.ALLOCATIONS,
                new Allocation(
                        "main",
                        7L,
                        new InstanceAllocation(
                                "A.prod.S.prod",
                                1,
                                "w1",
                                AvroWords.toAvro(ADDRESS),
                                AvroWords.toAvro(ADDRESS),
                                Readiness.READY,
                                7)));
        check.on(
                Topics.ROUTES,
                new Route(
                        "main",
                        7L,
                        InstanceRoute.newBuilder()
                                .setService("A.prod.S.prod")
                                .setInstance(1)
                                .setInstanceIp(AvroWords.toAvro(ADDRESS))
                                .setNamespaceIp(AvroWords.toAvro(ADDRESS))
                                .setWorker("w1")
                                .setCluster("c1")
                                .setUnderlay(new UnderlayEndpoint("192.168.77.1", 50103))
                                .setReadiness(Readiness.DRAINING)
                                .build()));
        check.on(Topics.STATE_HASHES, new StateHash("main", 999L, 1_000L, "0".repeat(64)));
        check.on(Topics.WORKER_STATUS, new WorkerStatus("main", "w1", 5L, new Heartbeat(7L, "interest")));
        check.on(
                Topics.WORKER_STATUS,
                new WorkerStatus("main", "w1", 5L, new Interests(3L, List.of("A.prod.S.prod"), List.of("10.30.0.9"))));
        check.on(
                Topics.WORKER_STATUS,
                new WorkerStatus("main", "w1", 5L, new LoadReport(List.of(new InstanceFlows("A.prod.S.prod", 1, 12)))));
        check.on(Topics.WORKER_STATUS, new WorkerStatus("main", "", 5L, new Tick()));
        check.on(Topics.TUNNEL_KEYS, new TunnelKeys("main", "w1", "192.168.77.1", List.of(ByteBuffer.wrap(new byte[] {
            1, 2, 3
        }))));
        check.on(Topics.WORKER_ROUTES, new Route("main", 7L, new InstanceLoad("A.prod.S.prod", 1, 12)));
        check.on(Topics.WORKER_ROUTES, new Route("main", 7L, new AddressUnknown("10.30.0.9")));
        check.on(Topics.CONVERGENCE, new Convergence("main", 7L, 5L, 6L, 2, "w1"));
        check.on(Topics.DEAD_LETTERS, new byte[] {1, 2, 3});
    }
}
