package io.xylem.proxy.domain;

import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters.Count;
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
import org.junit.jupiter.api.Test;

class FlowTableTest {
    private static final long SECOND = 1_000_000_000L;

    private static final Usage USAGE = new Usage();

    /** A flow as it should be. */
    private static final class Flow {
        final Key key;
        long usedNs;
        long silenceNs = FlowTable.OPENING_NS;
        final Set<String> seen = new TreeSet<>();

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
            silenceNs = switch (content) {
                case Udp udp -> FlowTable.DATAGRAM_NS;
                case Echo echo -> FlowTable.ECHO_NS;
                case Tcp tcp ->
                    isClosing() ? FlowTable.CLOSING_NS : isOneSided() ? FlowTable.OPENING_NS : FlowTable.CONNECTED_NS;
            };
        }

        boolean isClosing() {
            return seen.contains("reset") || seen.containsAll(Set.of("fin out", "fin in"));
        }

        boolean isOneSided() {
            return !seen.containsAll(Set.of("out", "in"));
        }
    }

    private record Key(int own, boolean v4, int dialled, int remote, int port) {
        Key outbound() {
            return new Key(own, v4, dialled, -1, port);
        }

        Key inbound() {
            return new Key(own, v4, -1, remote, port);
        }
    }

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
    private final Map<Key, Flow> byOutbound = new HashMap<>();
    private final Map<Key, Flow> byInbound = new HashMap<>();
    private long evicted;
    private long expired;

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
                    random.nextInt(8) == 0 ? random.nextInt(1_000) : random.nextInt(3));
            boolean outbound = random.nextBoolean();
            int slot = outbound ? findOutbound(key, nowNs) : findInbound(key, nowNs);
            Flow flow = living(outbound ? byOutbound.get(key.outbound()) : byInbound.get(key.inbound()), nowNs);
            assertThat(slot != FlowTable.NONE).isEqualTo(flow != null);
            if (flow == null) {
                // As the translator does: neither direction may be taken.
                int there = findOutbound(key, nowNs);
                int back = findInbound(key, nowNs);
                if (there == FlowTable.NONE && back == FlowTable.NONE) {
                    living(byOutbound.get(key.outbound()), nowNs);
                    living(byInbound.get(key.inbound()), nowNs);
                    flow = add(key, nowNs);
                    slot = table.add(
                            own(key.own),
                            high(key, key.dialled),
                            low(key, key.dialled),
                            remote(key.remote),
                            key.port,
                            i,
                            nowNs);
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
        }
        assertThat(counters.get(Count.FLOWS_EVICTED)).isEqualTo(evicted).isPositive();
        assertThat(counters.get(Count.FLOWS_EXPIRED)).isEqualTo(expired).isPositive();
    }

    @Test
    void expiryIsDoneInPortions() {
        for (int port = 0; port < 10; port++) {
            table.add(own(0), 0, Addresses.mapped(1), remote(1), port, 0, 0);
        }
        assertThat(table.expire(FlowTable.OPENING_NS - 1, 4)).isZero();
        assertThat(table.expire(FlowTable.OPENING_NS, 4)).isEqualTo(4);
        assertThat(table.expire(FlowTable.OPENING_NS, 100)).isEqualTo(6);
        assertThat(table.size()).isZero();
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
        assertThat(table.remote(slot)).isEqualTo(remote(flow.key.remote));
        assertThat(table.dialledHigh(slot)).isEqualTo(high(flow.key, flow.key.dialled));
        assertThat(table.dialledLow(slot)).isEqualTo(low(flow.key, flow.key.dialled));
        assertThat(table.isByService(slot)).isEqualTo(flow.key.dialled != flow.key.remote);
        assertThat(table.isOneSided(slot)).isEqualTo(flow.isOneSided());
        assertThat(table.isClosing(slot)).isEqualTo(flow.isClosing());
    }

    private int findOutbound(Key key, long nowNs) {
        DualAddress own = own(key.own).namespaceIp();
        return table.findOutbound(
                Addresses.high(own, key.v4),
                Addresses.low(own, key.v4),
                high(key, key.dialled),
                low(key, key.dialled),
                key.port,
                nowNs);
    }

    private int findInbound(Key key, long nowNs) {
        DualAddress own = own(key.own).namespaceIp();
        return table.findInbound(
                high(key, key.remote),
                low(key, key.remote),
                Addresses.high(own, key.v4),
                Addresses.low(own, key.v4),
                key.port,
                nowNs);
    }

    /** Semantic address {@code n}: instance {@code n}'s, or a service's beyond them. */
    private static DualAddress semantic(int n) {
        return TestOverlay.dual("10.30.0." + n, "fdff::" + n);
    }

    private static long high(Key key, int semantic) {
        return Addresses.high(semantic(semantic), key.v4);
    }

    private static long low(Key key, int semantic) {
        return Addresses.low(semantic(semantic), key.v4);
    }

    private static Attachment own(int n) {
        return new Attachment(
                new InstanceName(TestOverlay.C, n), semantic(n), TestOverlay.dual("10.18.0." + n, "fc00::" + n));
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
