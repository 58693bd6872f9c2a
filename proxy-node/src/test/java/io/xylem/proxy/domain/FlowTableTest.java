package io.xylem.proxy.domain;

import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.KeptFlow.Kind;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Echo;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FlowTableTest {
    private static final long SECOND = 1_000_000_000L;

    private static final Usage USAGE = new Usage();

    /** A flow as it should be. */
    private static final class Flow {
        final Key key;
        long usedNs;
        long silenceNs = Kind.OPENING.silenceNs;
        final Set<String> seen = new TreeSet<>();
        boolean isOver;

        Flow(Key key, long nowNs) {
            this.key = key;
            usedNs = nowNs;
        }

        void use(Content content, boolean outbound, long nowNs) {
            usedNs = nowNs;
            seen.add(outbound ? "out" : "in");
            if (content instanceof Tcp tcp) {
                if (tcp.flags().contains("F")) {
                    seen.add(outbound ? "fin out" : "fin in");
                }
                if (tcp.flags().contains("R")) {
                    seen.add("reset");
                }
            }
            isOver |= content instanceof Tcp && isClosing();
            silenceNs = switch (content) {
                case Udp udp -> Kind.DATAGRAM.silenceNs;
                case Echo echo -> Kind.ECHO.silenceNs;
                case Tcp tcp ->
                    isClosing()
                            ? Kind.CLOSING.silenceNs
                            : isOneSided() ? Kind.OPENING.silenceNs : Kind.CONNECTED.silenceNs;
            };
        }

        boolean isClosing() {
            return seen.contains("reset") || seen.containsAll(Set.of("fin out", "fin in"));
        }

        boolean isOneSided() {
            return !seen.containsAll(Set.of("out", "in"));
        }
    }

    private record Key(int own, boolean v4, int dialled, int remote, int port, int wirePort) {
        Key outbound() {
            return new Key(own, v4, dialled, -1, port, -1);
        }

        Key inbound() {
            return new Key(own, v4, -1, remote, -1, wirePort);
        }

        /** What the own end sends. */
        Tuple sent() {
            return new Tuple(namespaceIp(own), semantic(dialled), v4, port, REMOTE_PORT);
        }

        /** What comes from the tunnel. */
        Tuple received() {
            return new Tuple(semantic(remote), namespaceIp(own), v4, REMOTE_PORT, wirePort);
        }
    }

    private record Tuple(DualAddress source, DualAddress destination, boolean v4, int sourcePort, int destinationPort)
            implements FiveTuple {
        @Override
        public long sourceHigh() {
            return Addresses.high(source, v4);
        }

        @Override
        public long sourceLow() {
            return Addresses.low(source, v4);
        }

        @Override
        public long destinationHigh() {
            return Addresses.high(destination, v4);
        }

        @Override
        public long destinationLow() {
            return Addresses.low(destination, v4);
        }

        @Override
        public int protocol() {
            return 6;
        }
    }

    private static final int REMOTE_PORT = 80;

    private static final int CAPACITY = 60;
    private static final List<Content> CONTENTS = List.of(
            new Tcp(1, 2, "S"),
            new Tcp(1, 2, "A"),
            new Tcp(1, 2, "FA"),
            new Tcp(1, 2, "R"),
            new Udp(1, 2),
            new Echo(1));

    private static final List<Packet> PACKETS =
            CONTENTS.stream().map(FlowTableTest::wrapped).toList();

    private final Counters counters = new Counters();
    private final FlowTable table = new FlowTable(CAPACITY, 7, counters);
    private final Map<InstanceName, Integer> opened = new HashMap<>();
    private final Map<Key, Flow> byOutbound = new HashMap<>();
    private final Map<Key, Flow> byInbound = new HashMap<>();
    private long evicted;
    private long expired;

    @BeforeEach
    void listen() {
        table.census().tell(new FlowCensus.Listener() {
            @Override
            public void opened(InstanceName remote) {
                opened.merge(remote, 1, Integer::sum);
            }

            @Override
            public void closed(InstanceName remote) {
                opened.merge(remote, -1, (before, change) -> before + change == 0 ? null : before + change);
            }
        });
    }

    @Test
    void behavesAsTwoMapsWithTheLeastRecentlyUsedGoingFirst() {
        Random random = Seed.random();
        long nowNs = Long.MAX_VALUE - SECOND; // System.nanoTime may overflow
        for (int i = 0; i < 50_000; i++) {
            nowNs += 1 + (random.nextInt(2_000) == 0 ? random.nextLong(5_000 * SECOND) : random.nextLong(SECOND));
            Key key = new Key(
                    random.nextInt(3),
                    random.nextBoolean(),
                    random.nextInt(4),
                    random.nextInt(3),
                    random.nextInt(8) == 0 ? random.nextInt(1_000) : random.nextInt(3),
                    random.nextInt(8) == 0 ? random.nextInt(1_000) : random.nextInt(3));
            boolean outbound = random.nextBoolean();
            int slot = outbound ? table.findOutbound(key.sent(), nowNs) : table.findInbound(key.received(), nowNs);
            Flow flow = living(outbound ? byOutbound.get(key.outbound()) : byInbound.get(key.inbound()), nowNs);
            assertThat(slot != FlowTable.NONE).isEqualTo(flow != null);
            if (flow == null) {
                // As the translator does: neither direction may be taken.
                int there = table.findOutbound(key.sent(), nowNs);
                int back = table.findInbound(key.received(), nowNs);
                if (there == FlowTable.NONE && back == FlowTable.NONE) {
                    living(byOutbound.get(key.outbound()), nowNs);
                    living(byInbound.get(key.inbound()), nowNs);
                    flow = add(key, nowNs);
                    slot = table.addOutbound(key.sent(), own(key.own), remote(key.remote), key.wirePort, i, nowNs);
                } else {
                    living(byOutbound.get(key.outbound()), nowNs);
                    living(byInbound.get(key.inbound()), nowNs);
                }
            }
            if (flow != null) {
                check(slot, flow);
                if (random.nextInt(10) == 0) {
                    table.remove(slot);
                    forget(flow);
                } else {
                    int content = random.nextInt(CONTENTS.size());
                    table.use(slot, PACKETS.get(content), outbound, nowNs);
                    flow.use(CONTENTS.get(content), outbound, nowNs);
                    check(slot, flow);
                }
            }
            if (random.nextInt(50) == 0) {
                table.expire(nowNs, Integer.MAX_VALUE);
                long now = nowNs;
                List.copyOf(byOutbound.values()).forEach(other -> living(other, now));
            }
            assertThat(table.size()).isEqualTo(byOutbound.size()).isLessThanOrEqualTo(CAPACITY);
            assertThat(opened).isEqualTo(active());
        }
        assertThat(counters.get(Count.FLOWS_EVICTED)).isEqualTo(evicted).isPositive();
        assertThat(counters.get(Count.FLOWS_EXPIRED)).isEqualTo(expired).isPositive();
    }

    @Test
    void expiryIsDoneInPortions() {
        for (int port = 0; port < 10; port++) {
            table.addOutbound(new Key(0, true, 3, 1, port, port).sent(), own(0), remote(1), port, 0, 0);
        }
        assertThat(table.expire(Kind.OPENING.silenceNs - 1, 4)).isZero();
        assertThat(table.expire(Kind.OPENING.silenceNs, 4)).isEqualTo(4);
        assertThat(table.expire(Kind.OPENING.silenceNs, 100)).isEqualTo(6);
        assertThat(table.size()).isZero();
    }

    /** How many flows that are not closing each remote instance should have. */
    private Map<InstanceName, Integer> active() {
        Map<InstanceName, Integer> active = new HashMap<>();
        byOutbound.values().stream()
                .filter(flow -> !flow.isOver)
                .forEach(flow -> active.merge(new InstanceName(TestOverlay.S, flow.key.remote), 1, Integer::sum));
        return active;
    }

    private Flow add(Key key, long nowNs) {
        if (byOutbound.size() == CAPACITY) {
            Flow silent = byOutbound.values().stream()
                    .filter(other -> nowNs - other.usedNs >= other.silenceNs)
                    .findAny()
                    .orElse(null);
            if (silent == null) {
                forget(byOutbound.values().stream()
                        .max(Comparator.comparingLong(other -> nowNs - other.usedNs))
                        .orElseThrow());
                evicted++;
            } else {
                // Which of the expired ones goes first is not promised: let all go.
                List.copyOf(byOutbound.values()).forEach(other -> living(other, nowNs));
                table.expire(nowNs, Integer.MAX_VALUE);
            }
        }
        Flow flow = new Flow(key, nowNs);
        byOutbound.put(key.outbound(), flow);
        byInbound.put(key.inbound(), flow);
        return flow;
    }

    private @Nullable Flow living(@Nullable Flow flow, long nowNs) {
        if (flow == null || nowNs - flow.usedNs < flow.silenceNs) {
            return flow;
        }
        forget(flow);
        expired++;
        return null;
    }

    private void forget(Flow flow) {
        byOutbound.remove(flow.key.outbound());
        byInbound.remove(flow.key.inbound());
    }

    private void check(int slot, Flow flow) {
        assertThat(table.own(slot)).isEqualTo(own(flow.key.own));
        assertThat(table.remote(slot).route()).isEqualTo(remote(flow.key.remote).route());
        assertThat(table.dialledHigh(slot)).isEqualTo(flow.key.sent().destinationHigh());
        assertThat(table.dialledLow(slot)).isEqualTo(flow.key.sent().destinationLow());
        assertThat(table.remoteHigh(slot)).isEqualTo(flow.key.received().sourceHigh());
        assertThat(table.remoteLow(slot)).isEqualTo(flow.key.received().sourceLow());
        assertThat(table.ownPort(slot)).isEqualTo(flow.key.port);
        assertThat(table.wirePort(slot)).isEqualTo(flow.key.wirePort);
        assertThat(table.remotePort(slot)).isEqualTo(REMOTE_PORT);
        assertThat(table.isByService(slot)).isEqualTo(flow.key.dialled != flow.key.remote);
        assertThat(table.progress().isOneSided(slot)).isEqualTo(flow.isOneSided());
        assertThat(table.progress().isClosing(slot)).isEqualTo(flow.isClosing());
    }

    /** Semantic address {@code n}: instance {@code n}'s, or a service's beyond them. */
    private static DualAddress semantic(int n) {
        return TestOverlay.dual("10.30.0." + n, "fdff::" + n);
    }

    private static DualAddress namespaceIp(int n) {
        return TestOverlay.dual("10.18.0." + n, "fc00::" + n);
    }

    private static Attachment own(int n) {
        return new Attachment(new InstanceName(TestOverlay.C, n), semantic(n), namespaceIp(n));
    }

    private static Target remote(int n) {
        return Target.of(
                new InstanceAt(
                        new InstanceName(TestOverlay.S, n),
                        semantic(n),
                        TestOverlay.dual("10.18.1." + n, "fc00::1:" + n),
                        "w2",
                        new Endpoint("192.168.77.2", 50_103),
                        InstanceState.READY,
                        n),
                "w1",
                USAGE);
    }

    private static Packet wrapped(Content content) {
        byte[] bytes = packet("10.18.0.1", "10.30.0.1", content);
        Packet packet = new Packet();
        assertThat(packet.wrap(ByteBuffer.wrap(bytes), 0, bytes.length)).isNull();
        return packet;
    }
}
