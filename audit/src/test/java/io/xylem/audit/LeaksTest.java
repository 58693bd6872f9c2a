package io.xylem.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.schemas.avro.AddressPair;
import io.xylem.schemas.avro.Allocation;
import io.xylem.schemas.avro.InstanceAllocation;
import io.xylem.schemas.avro.InstanceRoute;
import io.xylem.schemas.avro.Ipv6Bits;
import io.xylem.schemas.avro.Readiness;
import io.xylem.schemas.avro.Route;
import io.xylem.schemas.avro.ServiceAllocation;
import io.xylem.schemas.avro.ServiceIpEntry;
import io.xylem.schemas.avro.ServiceRoute;
import io.xylem.schemas.avro.SubnetPair;
import io.xylem.schemas.avro.UnderlayEndpoint;
import io.xylem.schemas.avro.WorkerAllocation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Allocations and routes of one worker, one service and one instance, and each way in which they can disagree. */
class LeaksTest {
    private static final String WORKER = "main|worker|w1";
    private static final String SERVICE = "main|service|A.prod.S.prod";
    private static final String INSTANCE = "main|instance|A.prod.S.prod|1";
    private static final UnderlayEndpoint UNDERLAY = new UnderlayEndpoint("192.168.77.1", 50103);

    private final Map<String, Allocation> allocations = new HashMap<>();
    private final Map<String, Route> routes = new HashMap<>();

    @BeforeEach
    void allIsWell() {
        Ipv6Bits v6 = new Ipv6Bits(new byte[16]);
        allocate(WORKER, new WorkerAllocation("w1", "c1", UNDERLAY, null, null, new SubnetPair(0, 26, v6, 120), false));
        allocate(SERVICE, new ServiceAllocation("A.prod.S.prod", List.of(new ServiceIpEntry("RR", address(1)))));
        route(SERVICE, new ServiceRoute("A.prod.S.prod", List.of(new ServiceIpEntry("RR", address(1)))));
        allocate(INSTANCE, instance("w1"));
        route(INSTANCE, instanceRoute(address(2), "w1"));
        assertThat(Leaks.between(allocations, routes)).isEmpty();
    }

    @Test
    void allocatedAndNotRouted() {
        routes.clear();
        assertThat(Leaks.between(allocations, routes))
                .extracting(Leaks.Leak::key, Leaks.Leak::missing)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(INSTANCE, "route"),
                        org.assertj.core.groups.Tuple.tuple(SERVICE, "route"));
    }

    @Test
    void routedWithoutOwner() {
        allocations.remove(INSTANCE);
        assertThat(Leaks.between(allocations, routes)).singleElement().satisfies(leak -> {
            assertThat(leak.key()).isEqualTo(INSTANCE);
            assertThat(leak.missing()).isEqualTo("owner");
            assertThat(leak.detail()).contains("InstanceRoute");
        });
    }

    @Test
    void routedToAnotherAddressOrWorker() {
        route(INSTANCE, instanceRoute(address(3), "w1"));
        assertThat(Leaks.between(allocations, routes)).singleElement().satisfies(leak -> {
            assertThat(leak.missing()).isEqualTo("same addresses");
            assertThat(leak.detail()).contains("0.0.0.2").contains("0.0.0.3");
        });
        route(INSTANCE, instanceRoute(address(2), "w2"));
        assertThat(Leaks.between(allocations, routes))
                .extracting(Leaks.Leak::missing)
                .containsExactly("same addresses");
    }

    @Test
    void aServiceRoutedByOtherAddresses() {
        route(SERVICE, new ServiceRoute("A.prod.S.prod", List.of()));
        assertThat(Leaks.between(allocations, routes))
                .extracting(Leaks.Leak::key)
                .containsExactly(SERVICE);
    }

    private void allocate(String key, Object body) {
        allocations.put(key, new Allocation("main", 1L, body));
    }

    private void route(String key, Object body) {
        routes.put(key, new Route("main", 1L, body));
    }

    private static InstanceAllocation instance(String worker) {
        return InstanceAllocation.newBuilder()
                .setService("A.prod.S.prod")
                .setInstance(1)
                .setWorker(worker)
                .setInstanceIp(address(2))
                .setNamespaceIp(address(9))
                .setReadiness(Readiness.READY)
                .build();
    }

    private static InstanceRoute instanceRoute(AddressPair instanceIp, String worker) {
        return InstanceRoute.newBuilder()
                .setService("A.prod.S.prod")
                .setInstance(1)
                .setInstanceIp(instanceIp)
                .setNamespaceIp(address(9))
                .setWorker(worker)
                .setCluster("c1")
                .setUnderlay(UNDERLAY)
                .setReadiness(Readiness.READY)
                .build();
    }

    private static AddressPair address(int bits) {
        return new AddressPair(bits, new Ipv6Bits(new byte[16]));
    }
}
