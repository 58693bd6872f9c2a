package io.xylem.proxy.linux;

import static io.xylem.proxy.linux.CrowdedWorkers.CONNECTIONS;
import static io.xylem.proxy.linux.CrowdedWorkers.SERVICE;
import static io.xylem.proxy.linux.CrowdedWorkers.ask;
import static io.xylem.proxy.linux.CrowdedWorkers.to;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.RouteUpdate.InstanceWithdrawn;
import io.xylem.proxy.ebpf.KernelPath;
import io.xylem.proxy.linux.Crowd.Connection;
import java.io.IOException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.PortUnreachableException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A thousand connections while instances come, go and move: what breaks, and that it breaks at once. Prints a table. */
class WithdrawalIT {
    CrowdedWorkers world;
    private Crowd crowd;

    @BeforeAll
    static void head() {
        System.out.println("| what happens to S1 | connections | reset | ended by the client | open |");
        System.out.println("|---|---|---|---|---|");
    }

    /** How flows of the workers move in the kernel; here, not at all. */
    @Nullable
    KernelPath kernelPath(KernelPath.Setup setup) throws IOException {
        return null;
    }

    @BeforeEach
    void setUp() throws IOException {
        world = new CrowdedWorkers(this::kernelPath);
        crowd = world.crowd;
    }

    @AfterEach
    void tearDown() {
        if (world != null) {
            world.close();
        }
    }

    @Test
    void instancesThatAreAddedBreakNothing() throws IOException {
        crowd.connect(SERVICE, CONNECTIONS);
        assertThat(crowd.where(to(1))).hasSize(CONNECTIONS / 2);
        world.start(3, world.w3);
        crowd.awaitTalk(one -> true);
        List<Connection> later = crowd.connect(SERVICE, 30);
        assertThat(later.stream().filter(to(3)))
                .as("new ones on three instances")
                .hasSize(10);
        crowd.wakeIdle();
        crowd.awaitTalk(one -> true);
        world.report("nothing: S3 is added (scale up)");
        assertThat(crowd.where(one -> !one.isOpen())).isEmpty();
    }

    @Test
    void aDrainingInstanceFinishesAndBreaksNothing() throws IOException {
        world.start(3, world.w3);
        crowd.connect(SERVICE, CONNECTIONS);
        drain(0);
        world.learn(new InstanceWithdrawn(world.s1.instance(), world.nextVersion()));
        world.w2.detach(world.s1);
        crowd.wakeIdle();
        crowd.awaitTalk(one -> true);
        world.report("drained, then removed (scale down)");
        assertThat(crowd.where(one -> one.reset)).isEmpty();
        assertThat(world.w1.counters.get(Count.FLOWS_BROKEN)).isZero();
    }

    /** New ones go elsewhere, the old ones come to their end, and its worker says that it has no more than these left. */
    private void drain(int left) throws IOException {
        world.learn(world.at(1, world.w2, InstanceState.DRAINING));
        crowd.awaitTalk(one -> true);
        assertThat(crowd.connect(SERVICE, 20)).noneMatch(to(1));
        Crowd.end(crowd.where(to(1)));
        await().untilAsserted(() -> assertThat(world.w2.flows().hosted().getOrDefault(world.s1.instance(), 0))
                .isEqualTo(left));
    }

    @Test
    void anInstanceThatIsDrainedAndThenMovesBreaksNothing() throws IOException {
        crowd.connect(SERVICE, CONNECTIONS - 100);
        crowd.connect("10.30.0.2", 50);
        crowd.connect("10.30.0.3", 50);
        try (DatagramSocket byInstance = world.connected("10.30.0.2")) {
            assertThat(ask(byInstance)).isEqualTo("S1");
            drain(1); // datagrams have no end: their flow follows
            assertThat(ask(byInstance)).isEqualTo("S1");
            world.move(world.s1, world.w2, world.w3);
            assertThat(ask(byInstance)).isEqualTo("S1");
        }
        assertThat(crowd.connect("10.30.0.2", 20)).allMatch(to(1));
        assertThat(crowd.connect(SERVICE, 20)).filteredOn(to(1)).hasSize(10);
        crowd.wakeIdle();
        crowd.awaitTalk(one -> true);
        world.report("drained, then migrated");
        assertThat(crowd.where(one -> one.reset)).isEmpty();
        assertThat(world.w1.counters.get(Count.FLOWS_BROKEN)).isZero();
        assertThat(world.w1.counters.get(Count.ASKED_CONNECTIONS)).isZero();
    }

    @Test
    void theClientsOfAnInstanceThatIsKilledAreResetAndNobodyElseIs() throws IOException {
        world.start(3, world.w3);
        crowd.connect(SERVICE, CONNECTIONS);
        List<Connection> its = crowd.where(to(1));
        assertThat(its).hasSizeBetween(CONNECTIONS / 3, CONNECTIONS / 3 + 1);
        IpCommand.run(world.space(1), "link set dev eth0 down"); // from here on it is a black hole
        long before = System.nanoTime();
        world.learn(new InstanceWithdrawn(world.s1.instance(), world.nextVersion()));
        await().untilAsserted(() -> assertThat(its).allMatch(one -> one.reset));
        long tookMs = (System.nanoTime() - before) / 1_000_000;
        crowd.wakeIdle();
        crowd.awaitTalk(Connection::isOpen);
        world.report("killed; the last reset was seen after " + tookMs + " ms");
        assertThat(crowd.where(one -> !one.isOpen())).hasSameElementsAs(its);
        assertThat(crowd.connect(SERVICE, 20)).noneMatch(to(1));
    }

    @Test
    void theClientsOfALostWorkerAreResetAndTheNextOnesGoElsewhere() throws IOException {
        world.start(3, world.w3);
        crowd.connect(SERVICE, CONNECTIONS);
        List<Connection> its = crowd.where(one -> one.server != 3);
        IpCommand.run(world.w2.namespace, "link set dev u0 down");
        for (InstanceAt at : List.of(world.s1, world.s2)) {
            world.w1.learn(List.of(new InstanceAt(
                    at.instance(),
                    at.instanceIp(),
                    at.namespaceIp(),
                    at.host(),
                    at.weight(),
                    InstanceState.UNREADY,
                    world.nextVersion(),
                    true)));
        }
        await().untilAsserted(() -> assertThat(its).allMatch(one -> one.reset));
        crowd.wakeIdle();
        crowd.awaitTalk(Connection::isOpen);
        world.report("its worker is lost, and S2 with it");
        assertThat(crowd.where(one -> !one.isOpen())).hasSameElementsAs(its);
        assertThat(crowd.connect(SERVICE, 20)).allMatch(to(3));
    }

    @Test
    void aServiceScaledToZeroRefusesAtOnce() throws IOException {
        List<Connection> all = crowd.connect(SERVICE, CONNECTIONS);
        world.learn(new InstanceWithdrawn(world.s1.instance(), world.nextVersion()));
        world.learn(new InstanceWithdrawn(world.s2.instance(), world.nextVersion()));
        await().untilAsserted(() -> assertThat(all).allMatch(one -> one.reset));
        world.report("removed without drain, and S2 too (scale to zero)");
        for (String dialled : List.of(SERVICE, "fdff:2000::1")) {
            assertThatThrownBy(() -> crowd.connect(dialled, 1))
                    .isInstanceOf(ConnectException.class)
                    .hasMessageContaining("refused");
            assertThatThrownBy(() -> world.ask(dialled)).isInstanceOf(PortUnreachableException.class);
        }
        assertThatThrownBy(() -> crowd.connect("10.30.77.77", 1)).hasMessageContaining("No route to host");
    }

    /**
     * What has no connections, datagrams, goes on where the instance goes. A TCP connection is of the old namespace IP: the
     * kernel does not know it at the new one, and says so as soon as it is there, to idle clients too.
     */
    @Test
    void datagramsFollowAnInstanceThatMovesAndItsConnectionsAreResetThere() throws IOException {
        crowd.connect(SERVICE, CONNECTIONS - 100);
        crowd.connect("10.30.0.2", 50);
        crowd.connect("10.30.0.3", 50);
        List<Connection> its = crowd.where(to(1));
        try (DatagramSocket byService = world.connected(SERVICE);
                DatagramSocket byInstance = world.connected("10.30.0.2")) {
            String server = ask(byService);
            assertThat(ask(byInstance)).isEqualTo("S1");
            if (!server.equals("S1")) {
                world.learn(world.at(2, world.w2, InstanceState.DRAINING)); // one that has its flow at S1 is wanted
            }
            try (DatagramSocket followed = world.connected(SERVICE)) {
                String before = ask(followed);
                world.move(world.s1, world.w2, world.w3);
                assertThat(ask(byInstance)).isEqualTo("S1");
                assertThat(ask(followed)).isEqualTo(before);
                assertThat(ask(byService)).isEqualTo(server);
            }
        }
        await().untilAsserted(() -> assertThat(its).allMatch(one -> one.reset));
        crowd.wakeIdle();
        crowd.awaitTalk(to(2));
        world.report("migrated without drain");
        assertThat(crowd.where(one -> !one.isOpen())).hasSameElementsAs(its);
        assertThat(crowd.connect(SERVICE, 20)).filteredOn(to(1)).isNotEmpty();
    }
}
