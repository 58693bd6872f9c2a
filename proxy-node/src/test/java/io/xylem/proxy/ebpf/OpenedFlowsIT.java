package io.xylem.proxy.ebpf;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static io.xylem.proxy.ebpf.TestPrograms.NEXT;
import static io.xylem.proxy.ebpf.TestPrograms.REDIRECT;
import static io.xylem.proxy.ebpf.TestPrograms.V4;
import static io.xylem.proxy.ebpf.TestPrograms.V6;
import static io.xylem.proxy.ebpf.TestPrograms.inside;
import static io.xylem.proxy.ebpf.TestPrograms.oneHopLater;
import static io.xylem.proxy.ebpf.TestPrograms.outerBytes;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.Seed;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Content;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import io.xylem.proxy.linux.BpfProgram;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Flows that the programs open: what becomes of their packets is what becomes of them in a second overlay that has no
 * programs, and in the end the tables know the same flows.
 */
class OpenedFlowsIT {
    private static final int FIRST_PORT = 40_000;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable part : open) {
            part.close();
        }
    }

    /** Two workers, a client at the first, servers where it is said. */
    private static final class Side {
        final TestOverlay overlay = new TestOverlay();
        final TestOverlay.Worker w1;
        final TestOverlay.Worker w2;
        final List<InstanceAt> servers = new ArrayList<>();
        final InstanceAt client;

        Side(String policy, boolean onOneWorker, int count) {
            this(policy, onOneWorker, count, V4);
        }

        Side(String policy, boolean onOneWorker, int count, String underlay) {
            w1 = overlay.worker("w1", underlay + 1);
            w2 = overlay.worker("w2", underlay + 2);
            overlay.service(S, policy, SERVICE_IP);
            client = overlay.place(C, 1, w1, InstanceState.SCHEDULED);
            for (int i = 1; i <= count; i++) {
                servers.add(overlay.place(S, i, onOneWorker ? w1 : w2, InstanceState.READY));
            }
        }

        byte[] ask(DualAddress dialled, boolean v4, Content content) {
            return packet(text(client.namespaceIp(), v4), text(dialled, v4), content);
        }

        /** To the other worker. @return what was in the tunnel */
        byte[] throughJava(byte[] asked) {
            w1.send(asked);
            byte[] tunnelled = requireNonNull(overlay.underlay.poll(w2.endpoint));
            overlay.underlay.send(w1.endpoint, w2.endpoint, tunnelled);
            w2.work();
            return tunnelled;
        }
    }

    private TestPrograms programs(TestOverlay.Worker worker) throws IOException {
        TestPrograms programs = TestPrograms.orSkip(worker);
        open.add(programs);
        return programs;
    }

    static Stream<Arguments> openings() {
        List<Arguments> cases = new ArrayList<>();
        for (String policy : List.of("RR", "closest", "underutilized", "hash", "by instance IP")) {
            for (boolean v4 : new boolean[] {true, false}) {
                cases.add(Arguments.of(policy, v4, new Tcp(FIRST_PORT, 80, "S")));
                cases.add(Arguments.of(policy, v4, new Udp(FIRST_PORT, 53)));
            }
        }
        return cases.stream();
    }

    static Stream<Arguments> openingsBetweenWorkers() {
        return Stream.of(V4, V6)
                .flatMap(underlay ->
                        openings().map(Arguments::get).map(of -> Arguments.of(of[0], of[1], of[2], underlay)));
    }

    private static Content withPort(Content of, int port) {
        return of instanceof Tcp ? new Tcp(port, 80, "S") : new Udp(port, 53);
    }

    @ParameterizedTest
    @MethodSource("openingsBetweenWorkers")
    void betweenWorkers(String policy, boolean v4, Content content, String underlay) throws IOException {
        boolean byService = !policy.startsWith("by");
        Side side = new Side(byService ? policy : "RR", false, 3, underlay);
        Side java = new Side(byService ? policy : "RR", false, 3, underlay);
        TestPrograms p1 = programs(side.w1);
        TestPrograms p2 = programs(side.w2);
        // Each of the three has been asked once, so that the other worker knows the way back.
        for (int i = 0; i < 3; i++) {
            for (Side each : List.of(side, java)) {
                DualAddress dialled =
                        byService ? SERVICE_IP : each.servers.getFirst().instanceIp();
                each.throughJava(each.ask(dialled, v4, withPort(content, FIRST_PORT + i)));
                each.w2.delivered();
            }
        }
        for (int i = 3; i < 9; i++) {
            Content now = withPort(content, FIRST_PORT + i);
            DualAddress dialled =
                    byService ? SERVICE_IP : side.servers.getFirst().instanceIp();
            byte[] asked = side.ask(dialled, v4, now);
            byte[] tunnelled = java.throughJava(asked);
            assertSame(p1.fromInstance(asked), outerBytes(side.w1), tunnelled);
            byte[] delivered = java.w2.delivered().getFirst();
            assertSame(p2.fromUnderlay(side.w1.endpoint, side.w2.endpoint, tunnelled, 0), 0, delivered);

            String server = destination(delivered, v4);
            byte[] answered = packet(server, text(side.client.instanceIp(), v4), now.answer());
            java.w2.send(answered);
            byte[] back = requireNonNull(java.overlay.underlay.poll(java.w1.endpoint));
            assertSame(p2.fromInstance(answered), outerBytes(side.w2), back);
            java.overlay.underlay.send(java.w2.endpoint, java.w1.endpoint, back);
            java.w1.work();
            byte[] heard = java.w1.delivered().getFirst();
            assertSame(p1.fromUnderlay(side.w2.endpoint, side.w1.endpoint, back, 0), 0, heard);
        }
        assertSameFlows(side, java);
    }

    private static void assertSameFlows(Side side, Side java) {
        side.overlay.settle();
        for (int i = 0; i < 2; i++) {
            TestOverlay.Worker with = side.overlay.workers.get(i);
            TestOverlay.Worker without = java.overlay.workers.get(i);
            assertThat(with.flows().hosted()).isEqualTo(without.flows().hosted());
            for (Count count : List.of(Count.FLOWS, Count.FLOWS_OPENED, Count.FLOWS_ACCEPTED)) {
                assertThat(with.counters.get(count))
                        .as("%s at %s", count, with.name)
                        .isEqualTo(without.counters.get(count));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("openings")
    void onOneWorker(String policy, boolean v4, Content content) throws IOException {
        boolean byService = !policy.startsWith("by");
        Side side = new Side(byService ? policy : "RR", true, 3);
        Side java = new Side(byService ? policy : "RR", true, 3);
        TestPrograms programs = programs(side.w1);
        for (int i = 0; i < 6; i++) {
            Content now = withPort(content, FIRST_PORT + i);
            DualAddress dialled =
                    byService ? SERVICE_IP : side.servers.getFirst().instanceIp();
            byte[] asked = side.ask(dialled, v4, now);
            java.w1.send(asked);
            byte[] delivered = java.w1.delivered().getFirst();
            if (i == 0) {
                side.w1.send(asked);
                side.w1.delivered();
            } else {
                assertSame(programs.fromInstance(asked), 0, delivered);
            }
            byte[] answered = packet(destination(delivered, v4), text(side.client.instanceIp(), v4), now.answer());
            java.w1.send(answered);
            byte[] heard = java.w1.delivered().getFirst();
            assertSame(programs.fromInstance(answered), 0, heard);
        }
        assertSameFlows(side, java);
    }

    /** Whoever opens the flows, and whatever comes and goes meanwhile: equal instances get equal numbers. */
    @Test
    void turnsAreExactWhoeverTakesThem() throws IOException {
        Random random = Seed.random();
        Side side = new Side("RR", false, 3);
        TestPrograms p1 = programs(side.w1);
        int port = 1_024;
        for (int placed = 3; placed < 7; placed++) {
            Map<String, Integer> given = new HashMap<>();
            side.servers.forEach(server -> given.put(text(server.namespaceIp(), true), 0));
            int flows = placed * (10 + random.nextInt(10));
            int opened = 0;
            for (int i = 0; i < flows; i++) {
                byte[] asked = side.ask(SERVICE_IP, true, new Tcp(port++, 80, "S"));
                BpfProgram.Run run = random.nextBoolean() ? p1.fromInstance(asked) : null;
                byte[] tunnelled;
                if (run != null && run.verdict() == REDIRECT) {
                    opened++;
                    tunnelled = inside(run, outerBytes(side.w1));
                } else {
                    side.w1.send(asked);
                    tunnelled = requireNonNull(side.overlay.underlay.poll(side.w2.endpoint));
                }
                given.merge(destination(tunnelled, true), 1, Integer::sum);
                if (random.nextInt(10) == 0) {
                    side.w1.work();
                }
            }
            assertThat(given.values()).containsOnly(flows / placed);
            assertThat(opened).as("by the programs").isGreaterThan(flows / 4);
            side.servers.add(side.overlay.place(S, placed + 1, side.w2, InstanceState.READY));
            side.w1.work();
        }
    }

    @Test
    void aConnectionThatIsOverMakesWayForOneByTheSameEnds() throws IOException {
        Side side = new Side("RR", false, 2);
        TestPrograms p1 = programs(side.w1);
        side.throughJava(side.ask(SERVICE_IP, true, new Tcp(1, 80, "S")));
        byte[] asked = side.ask(SERVICE_IP, true, new Tcp(2, 80, "S"));
        assertThat(p1.fromInstance(asked).verdict()).isEqualTo(REDIRECT);
        assertThat(p1.fromInstance(asked).verdict()).as("once more").isEqualTo(NEXT);
        assertThat(p1.fromInstance(side.ask(SERVICE_IP, true, new Tcp(2, 80, "R")))
                        .verdict())
                .isEqualTo(REDIRECT);
        assertThat(p1.fromInstance(asked).verdict()).as("anew").isEqualTo(REDIRECT);
        side.w1.work();
        assertThat(side.w1.counters.get(Count.FLOWS)).isEqualTo(2);
        assertThat(side.w1.counters.get(Count.FLOWS_REPLACED)).isEqualTo(1);
        assertThat(side.w1.flows().any(S)).isTrue();
        assertThat(p1.fromInstance(side.ask(SERVICE_IP, true, new Tcp(2, 80, "A")))
                        .verdict())
                .as("it is there still")
                .isEqualTo(REDIRECT);
    }

    @ParameterizedTest
    @CsvSource({"RR", "underutilized", "hash"})
    void nobodyIsSentToAnInstanceThatIsGone(String policy) throws IOException {
        Side side = new Side(policy, false, 2);
        TestPrograms p1 = programs(side.w1);
        side.throughJava(side.ask(SERVICE_IP, true, new Tcp(1, 80, "S")));
        InstanceAt gone = side.servers.getFirst();
        side.overlay.withdraw(gone.instance());
        side.w1.work();
        for (int port = 2; port < 20; port++) {
            byte[] asked = side.ask(SERVICE_IP, true, new Tcp(port, 80, "S"));
            BpfProgram.Run run = p1.fromInstance(asked);
            if (run.verdict() == REDIRECT) {
                assertThat(destination(inside(run, outerBytes(side.w1)), true))
                        .isEqualTo(text(side.servers.getLast().namespaceIp(), true));
            } else {
                side.throughJava(asked); // opens the door again
            }
        }
        side.w1.work();
        assertThat(side.w1.counters.get(Count.FLOWS)).isEqualTo(19);
        side.overlay.withdraw(side.servers.getLast().instance());
        side.w1.work();
        assertThat(p1.fromInstance(side.ask(SERVICE_IP, true, new Tcp(99, 80, "S")))
                        .verdict())
                .isEqualTo(NEXT);
    }

    /** While an instance moves its datagrams are Java's, and no other instance's. */
    @Test
    void aFlowThatWasTakenBackIsNotOpenedAnew() throws IOException {
        Side side = new Side("RR", false, 2);
        TestPrograms p1 = programs(side.w1);
        byte[] first = side.throughJava(side.ask(SERVICE_IP, true, new Udp(1, 53)));
        byte[] asked = side.ask(SERVICE_IP, true, new Udp(1, 53));
        assertThat(destination(inside(p1.fromInstance(asked), outerBytes(side.w1)), true))
                .isEqualTo(destination(first, true));
        InstanceAt of = side.servers.stream()
                .filter(server -> text(server.namespaceIp(), true).equals(destination(first, true)))
                .findFirst()
                .orElseThrow();
        InstanceAt moved = side.overlay.place(S, of.instance().number(), side.w1, InstanceState.READY);
        side.w1.work();
        assertThat(p1.fromInstance(side.ask(SERVICE_IP, true, new Udp(2, 53))).verdict())
                .as("the door is open for others")
                .isEqualTo(REDIRECT);
        assertThat(p1.fromInstance(asked).verdict()).isEqualTo(NEXT);
        side.w1.send(asked);
        assertThat(destination(side.w1.delivered().getFirst(), true)).isEqualTo(text(moved.namespaceIp(), true));
    }

    private static void assertSame(BpfProgram.Run run, int headers, byte[] translated) {
        assertThat(run.verdict()).isEqualTo(REDIRECT);
        assertThat(inside(run, headers)).isEqualTo(oneHopLater(translated));
    }

    private static String destination(byte[] packet, boolean v4) {
        ByteBuffer bytes = ByteBuffer.wrap(packet);
        return v4 ? new Ipv4(bytes.getInt(16)).toString() : new Ipv6(bytes.getLong(24), bytes.getLong(32)).toString();
    }

    private static String text(DualAddress address, boolean v4) {
        return v4 ? address.v4().toString() : address.v6().toString();
    }
}
