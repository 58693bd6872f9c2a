package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.dual;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.balancing.Policies;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceIp;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Attachment;
import io.xylem.proxy.domain.Attachments;
import io.xylem.proxy.domain.Counters;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.RouteFold;
import io.xylem.proxy.domain.RouteTable;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.RouteUpdate.ServiceKnown;
import io.xylem.proxy.domain.Seed;
import io.xylem.proxy.domain.TestPackets.Udp;
import io.xylem.proxy.domain.UnknownAddresses;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A worker that knows its own instances only, and what comes when it asks. */
class WaitingPacketsTest {
    private static final long SECOND_NS = 1_000_000_000L;
    private static final Endpoint OWN = new Endpoint("192.168.77.1", 50_103);
    private static final Endpoint OTHER = new Endpoint("192.168.77.2", 50_103);

    /** Answers when the test says so. */
    private static final class Asked implements UnknownAddresses {
        final List<String> asked = new ArrayList<>();
        final Queue<Ipv6> unknown = new ArrayDeque<>();
        boolean full;

        @Override
        public boolean mayBeKnown(long high, long low) {
            return Addresses.text(high, low).startsWith("10.30.");
        }

        @Override
        public boolean ask(Ipv6 address) {
            return !full && asked.add(Addresses.text(address.high(), address.low()));
        }

        @Override
        public @Nullable Ipv6 takeUnknown() {
            return unknown.poll();
        }
    }

    private final Asked asked = new Asked();
    private final MemoryDevice device = new MemoryDevice(2_000);
    private final MemoryUnderlay underlay = new MemoryUnderlay(2_000);
    private final Tunnel other = underlay.open(OTHER);
    private final Counters counters = new Counters();
    private final RouteFold fold = new RouteFold("w1");
    private final List<Attachment> attached = new ArrayList<>();
    private RouteTable table = fold.table();
    private long nowNs = -5 * SECOND_NS;
    private long version;
    private final ForwardingAgent agent = new ForwardingAgent(
            device,
            underlay.open(OWN),
            () -> table,
            () -> Attachments.of(attached),
            Policies.load(),
            counters,
            new ForwardingAgent.Limits(16, 2_048, 1_000, 42),
            asked);

    private void hosts(int n) {
        InstanceAt at = new InstanceAt(
                new InstanceName(C, n),
                dual("10.30.9." + n, "fdff::9:" + n),
                dual("10.18.0." + n, "fc00::" + n),
                "w1",
                OWN,
                InstanceState.READY,
                version++);
        attached.add(new Attachment(at.instance(), at.instanceIp(), at.namespaceIp()));
        fold.apply(at);
        table = fold.table();
    }

    /** Instance {@code n} of the service, on the other worker. */
    private void instance(int n) {
        fold.apply(new InstanceAt(
                new InstanceName(S, n),
                dual("10.30.1." + n, "fdff::1:" + n),
                dual("10.18.1." + n, "fc00:1::" + n),
                "w2",
                OTHER,
                InstanceState.READY,
                version++));
        table = fold.table();
    }

    private void service() {
        fold.apply(new ServiceKnown(S, List.of(new ServiceIp("RR", dual("10.30.0.1", "fdff:2000::1"))), version++));
        table = fold.table();
    }

    private void nobodyHas(String address) {
        asked.unknown.add(Addresses.parse(address));
    }

    private void turn() {
        try {
            while (agent.doWork(nowNs) > 0) {
                // until nothing is left to do
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void send(int from, String to, int port) {
        device.offer(packet("10.18.0." + from, to, new Udp(port, 53)));
        turn();
    }

    /** Source ports of what reached the other worker, in order. */
    private List<Integer> sent() {
        List<Integer> ports = new ArrayList<>();
        PacketBatch batch = PacketBatch.of(64, 2_048);
        try {
            while (other.receive(batch) > 0) {
                for (int slot = 0; slot < batch.count(); slot++) {
                    ports.add((int) batch.memory().getShort(batch.offset(slot) + 20));
                }
                batch.clear();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return ports;
    }

    private long dropped(Drop reason) {
        return counters.drops(Direction.OUTBOUND, reason) + counters.drops(Direction.INBOUND, reason);
    }

    private long dropped() {
        return List.of(Drop.values()).stream().mapToLong(this::dropped).sum();
    }

    @Test
    void theFirstPacketsWaitAreAskedForOnceAndLeaveInOrderBeforeLaterOnes() {
        hosts(1);
        send(1, "10.30.0.1", 1);
        send(1, "10.30.0.1", 2);
        assertThat(asked.asked).containsExactly("10.30.0.1");
        instance(1);
        turn();
        assertThat(sent()).as("its instances are known and it is not").isEmpty();
        service();
        device.offer(packet("10.18.0.1", "10.30.0.1", new Udp(3, 53)));
        turn();
        assertThat(sent()).containsExactly(1, 2, 3);
        assertThat(dropped()).isZero();
        assertThat(counters.get(Count.WAITED_PACKETS)).isEqualTo(2);
    }

    @Test
    void aServiceMayBeKnownBeforeItsInstancesAre() {
        hosts(1);
        send(1, "10.30.0.1", 1);
        service();
        turn();
        assertThat(sent()).isEmpty();
        instance(1);
        turn();
        assertThat(sent()).containsExactly(1);
    }

    @Test
    void aServiceWithoutInstancesRefusesSoon() {
        hosts(1);
        send(1, "10.30.0.1", 1);
        service();
        turn();
        assertThat(dropped()).isZero();
        nowNs += SECOND_NS / 10;
        turn();
        assertThat(dropped(Drop.SCALED_TO_ZERO)).isEqualTo(1);
        send(1, "10.30.0.1", 2);
        assertThat(dropped(Drop.SCALED_TO_ZERO)).as("it is known now").isEqualTo(2);
    }

    @Test
    void otherFlowsAreNotHeldUp() {
        hosts(1);
        hosts(2);
        service();
        instance(1);
        for (int port = 1; port <= 200; port++) {
            send(1, "10.30.2." + port, port);
        }
        assertThat(dropped(Drop.TOO_MANY_WAITING))
                .as("one instance does not get all the room")
                .isEqualTo(200 - 128);
        send(1, "10.30.0.1", 1_000);
        send(2, "10.30.3.1", 1_001);
        assertThat(sent()).containsExactly(1_000);
        assertThat(asked.asked).contains("10.30.3.1");
    }

    @Test
    void anAddressThatNobodyHasIsRefusedAndForAMomentAtOnce() {
        hosts(1);
        send(1, "10.30.0.7", 1);
        send(1, "10.30.0.7", 2);
        nobodyHas("10.30.0.7");
        turn();
        assertThat(dropped(Drop.UNKNOWN_DESTINATION)).isEqualTo(2);
        assertThat(counters.get(Count.SENT_UNREACHABLES)).as("answers").isEqualTo(2);
        nowNs += SECOND_NS - 1;
        send(1, "10.30.0.7", 3);
        assertThat(dropped(Drop.UNKNOWN_DESTINATION)).isEqualTo(3);
        assertThat(asked.asked).hasSize(1);
        nowNs += 1;
        send(1, "10.30.0.7", 4);
        assertThat(asked.asked).hasSize(2);
        assertThat(dropped()).isEqualTo(3);
    }

    @Test
    void withoutAnAnswerInTimeItIsDroppedWithThatReasonAndAskedForAnew() {
        hosts(1);
        send(1, "10.30.0.1", 1);
        nowNs += SECOND_NS / 2;
        send(1, "10.30.0.1", 2);
        nowNs += SECOND_NS / 2;
        turn();
        assertThat(dropped(Drop.NO_ROUTE_IN_TIME)).isEqualTo(1);
        nowNs += SECOND_NS / 2;
        turn();
        assertThat(dropped(Drop.NO_ROUTE_IN_TIME)).isEqualTo(2);
        send(1, "10.30.0.1", 3);
        assertThat(asked.asked).containsExactly("10.30.0.1", "10.30.0.1");
    }

    @Test
    void aPacketFromAnUnknownSourceWaitsToo() {
        hosts(1);
        underlay.send(OTHER, OWN, packet("10.30.1.1", "10.18.0.1", new Udp(7, 53)));
        turn();
        assertThat(asked.asked).containsExactly("10.30.1.1");
        instance(1);
        turn();
        assertThat(device.poll()).isNotNull();
        underlay.send(OTHER, OWN, packet("10.99.1.1", "10.18.0.1", new Udp(7, 53)));
        turn();
        assertThat(dropped(Drop.UNKNOWN_SOURCE))
                .as("no address of this overlay")
                .isEqualTo(1);
    }

    @Test
    void whatIsFullIsCounted() {
        hosts(1);
        for (int i = 0; i < 5; i++) {
            send(1, "10.30.0.1", i);
        }
        assertThat(dropped(Drop.TOO_MANY_WAITING)).as("of one address").isEqualTo(1);
        asked.full = true;
        send(1, "10.30.0.2", 9);
        assertThat(dropped(Drop.TOO_MANY_WAITING)).as("questions").isEqualTo(2);
        asked.full = false;
        for (int n = 2; n <= 6; n++) {
            hosts(n);
            for (int i = 0; i < 128; i++) {
                send(n, "10.30." + (n + 10) + "." + i, i);
            }
        }
        assertThat(counters.get(Count.WAITED_PACKETS)).as("in all").isEqualTo(512);
        assertThat(dropped(Drop.TOO_MANY_WAITING)).isEqualTo(2 + 5 * 128 + 4 - 512);
    }

    /** Whatever happens: no packet is lost without a reason, none overtakes another of its address, none waits for ever. */
    @Test
    void everyPacketIsAccountedFor() {
        Random random = Seed.random();
        for (int n = 1; n <= 3; n++) {
            hosts(n);
        }
        Map<String, List<Integer>> offered = new HashMap<>();
        int packets = 6_000;
        List<Integer> arrived = new ArrayList<>();
        Map<Integer, String> destination = new HashMap<>();
        for (int i = 0; i < packets; i++) {
            String to = random.nextInt(3) == 0 ? "10.30.0.1" : "10.30.1." + (1 + random.nextInt(20));
            int port = i % 30_000;
            destination.put(port, to);
            offered.computeIfAbsent(to, t -> new ArrayList<>()).add(port);
            send(1 + random.nextInt(3), to, port);
            switch (random.nextInt(8)) {
                case 0 -> instance(1 + random.nextInt(20));
                case 1 -> fold.forget(new InstanceName(S, 1 + random.nextInt(20)));
                case 2 -> service();
                case 3 -> fold.forget(S);
                case 4 -> nobodyHas("10.30.1." + (1 + random.nextInt(20)));
                default -> nowNs += random.nextInt(200_000_000);
            }
            table = fold.table();
            turn();
            arrived.addAll(sent());
        }
        nowNs += SECOND_NS;
        turn();
        arrived.addAll(sent());
        assertThat(dropped(Drop.INTERNAL_ERROR)).isZero();
        assertThat(arrived.size() + dropped()).isEqualTo(packets);
        assertThat(arrived.size()).isGreaterThan(packets / 10);
        assertThat(dropped(Drop.NO_ROUTE_IN_TIME)).isPositive();
        Map<String, List<Integer>> arrivedByAddress = new HashMap<>();
        arrived.forEach(port -> arrivedByAddress
                .computeIfAbsent(String.valueOf(destination.get(port)), t -> new ArrayList<>())
                .add(port));
        arrivedByAddress.forEach((to, ports) -> {
            List<Integer> expected = new ArrayList<>(offered.getOrDefault(to, List.of()));
            expected.retainAll(new HashSet<>(ports));
            assertThat(ports).isEqualTo(expected);
        });
    }
}
