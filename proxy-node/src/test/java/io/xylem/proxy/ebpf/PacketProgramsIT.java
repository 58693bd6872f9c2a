package io.xylem.proxy.ebpf;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static io.xylem.proxy.ebpf.TestPrograms.NEXT;
import static io.xylem.proxy.ebpf.TestPrograms.REDIRECT;
import static io.xylem.proxy.ebpf.TestPrograms.UDP;
import static io.xylem.proxy.ebpf.TestPrograms.V4;
import static io.xylem.proxy.ebpf.TestPrograms.V6;
import static io.xylem.proxy.ebpf.TestPrograms.inside;
import static io.xylem.proxy.ebpf.TestPrograms.oneHopLater;
import static io.xylem.proxy.ebpf.TestPrograms.outerBytes;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.PacketCases;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets;
import io.xylem.proxy.domain.TestPackets.Echo;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import io.xylem.proxy.linux.BpfProgram;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The programs do to a packet what the translation in Java does, byte for byte, and what a router does besides: the TTL.
 * What they can't do they leave as it is. Each packet goes through Java first, which enters its flow. In UDP or as IP in IP
 * makes no difference to it.
 */
class PacketProgramsIT {
    private static final int UDP_BYTES = 8;

    private final TestOverlay overlay = new TestOverlay();
    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable part : open) {
            part.close();
        }
    }

    private TestPrograms programs(TestOverlay.Worker worker) throws IOException {
        TestPrograms programs = TestPrograms.orSkip(worker);
        open.add(programs);
        return programs;
    }

    static Stream<Arguments> casesBetweenWorkers() {
        return Stream.of(V4, V6)
                .flatMap(underlay -> cases().map(one -> Arguments.of(one.get()[0], one.get()[1], underlay)));
    }

    static Stream<Arguments> cases() {
        return PacketCases.all().stream().flatMap(one -> Stream.of(Arguments.of(one, true), Arguments.of(one, false)));
    }

    @ParameterizedTest(name = "{0}, by service {1}, underlay {2}")
    @MethodSource("casesBetweenWorkers")
    void betweenWorkers(PacketCases.Case one, boolean byService, String underlay) throws IOException {
        TestOverlay.Worker w1 = overlay.worker("w1", underlay + 1);
        TestOverlay.Worker w2 = overlay.worker("w2", underlay + 2);
        TestPrograms p1 = programs(w1);
        TestPrograms p2 = programs(w2);
        overlay.service(S, "RR", SERVICE_IP);
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.SCHEDULED);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        String dialled = text(byService ? SERVICE_IP : server.instanceIp(), one.v4());
        List<byte[]> asked = one.asked(text(client.namespaceIp(), one.v4()), dialled);
        List<byte[]> answered = one.answered(text(server.namespaceIp(), one.v4()), text(client.instanceIp(), one.v4()));

        for (byte[] packet : asked) {
            assertSameWay(one, w1, w2, p1, p2, packet);
        }
        for (byte[] packet : answered) {
            assertSameWay(one, w2, w1, p2, p1, packet);
        }
    }

    private void assertSameWay(
            PacketCases.Case one,
            TestOverlay.Worker from,
            TestOverlay.Worker to,
            TestPrograms sending,
            TestPrograms receiving,
            byte[] packet)
            throws IOException {
        Java java = throughJava(from, to, packet);
        BpfProgram.Run sent = sending.fromInstance(packet);
        assertSameOrLeft(one, sent, outerBytes(from), java.tunnelled, 0, packet);
        for (int outerChecksum : new int[] {0, 0x1234}) {
            BpfProgram.Run got = receiving.fromUnderlay(from.endpoint, to.endpoint, java.tunnelled, outerChecksum);
            assertSameOrLeft(one, got, 0, java.delivered, outerBytes(from), java.tunnelled);
        }
        BpfProgram.Run inIp = sending.fromInstanceInIp(to.endpoint, packet);
        int outerBytes = isInUdp(inIp) ? outerBytes(from) : outerBytes(from) - UDP_BYTES;
        assertSameOrLeft(one, inIp, outerBytes, java.tunnelled, 0, packet);
        // What is left has a UDP header by then, for the tunnel's socket.
        receiving.answered(from.endpoint, 0);
        BpfProgram.Run got = receiving.fromUnderlayInIp(from.endpoint, to.endpoint, java.tunnelled);
        assertSameOrLeft(one, got, 0, java.delivered, outerBytes(from), java.tunnelled);
        assertThat(got.verdict() == NEXT && !isInUdp(got)).isFalse();
    }

    private static boolean isInUdp(BpfProgram.Run run) {
        byte[] outer = inside(run, 0);
        return outer[outer[0] >> 4 == 6 ? 6 : 9] == UDP;
    }

    private static void assertSameOrLeft(
            PacketCases.Case one,
            BpfProgram.Run run,
            int headers,
            byte[] translated,
            int headersBefore,
            byte[] before) {
        if (one.isCarried() || run.verdict() == REDIRECT) {
            assertSame(run, headers, translated);
        } else {
            assertThat(run.verdict()).isEqualTo(NEXT);
            assertThat(inside(run, headersBefore)).isEqualTo(before);
        }
    }

    @ParameterizedTest(name = "{0}, by service {1}")
    @MethodSource("cases")
    void onOneWorker(PacketCases.Case one, boolean byService) throws IOException {
        TestOverlay.Worker w = overlay.worker("w1", V4 + 1);
        TestPrograms programs = programs(w);
        overlay.service(S, "RR", SERVICE_IP);
        InstanceAt client = overlay.place(C, 1, w, InstanceState.SCHEDULED);
        InstanceAt server = overlay.place(S, 1, w, InstanceState.READY);
        String dialled = text(byService ? SERVICE_IP : server.instanceIp(), one.v4());
        List<byte[]> packets = new ArrayList<>(one.asked(text(client.namespaceIp(), one.v4()), dialled));
        packets.addAll(one.answered(text(server.namespaceIp(), one.v4()), text(client.instanceIp(), one.v4())));
        for (byte[] packet : packets) {
            w.send(packet);
            assertSameOrLeft(
                    one, programs.fromInstance(packet), 0, w.delivered().getFirst(), 0, packet);
        }
    }

    @Test
    void aPortThatIsAnotherInTheTunnel() throws IOException {
        TestOverlay.Worker w1 = overlay.worker("w1", V4 + 1);
        TestOverlay.Worker w2 = overlay.worker("w2", V4 + 2);
        TestPrograms p1 = programs(w1);
        overlay.service(S, "RR", SERVICE_IP);
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.SCHEDULED);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        String a = text(client.namespaceIp(), true);
        throughJava(w1, w2, packet(a, text(server.instanceIp(), true), new Udp(5_000, 53)));

        byte[] second = packet(a, text(SERVICE_IP, true), new Udp(5_000, 53));
        Java java = throughJava(w1, w2, second);
        assertThat(java.tunnelled)
                .isNotEqualTo(
                        packet(text(client.instanceIp(), true), text(server.namespaceIp(), true), new Udp(5_000, 53)));
        assertSame(p1.fromInstance(second), outerBytes(w1), java.tunnelled);
        w2.send(packet(
                text(server.namespaceIp(), true),
                text(client.instanceIp(), true),
                new Udp(53, ((java.tunnelled[20] & 0xff) << 8) | (java.tunnelled[21] & 0xff))));
        byte[] answer = requireNonNull(overlay.underlay.poll(w1.endpoint));
        overlay.underlay.send(w2.endpoint, w1.endpoint, answer);
        w1.work();
        assertSame(
                p1.fromUnderlay(w2.endpoint, w1.endpoint, answer, 0),
                0,
                w1.delivered().getFirst());
    }

    @Test
    void whatTheyDoNotKnowStaysAsItIs() throws IOException {
        TestOverlay.Worker w1 = overlay.worker("w1", V4 + 1);
        TestOverlay.Worker w2 = overlay.worker("w2", V4 + 2);
        TestPrograms p1 = programs(w1);
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.SCHEDULED);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        for (boolean v4 : new boolean[] {true, false}) {
            String a = text(client.namespaceIp(), v4);
            String ib = text(server.instanceIp(), v4);
            throughJava(w1, w2, packet(a, ib, new Tcp(40_000, 80, "A")));
            byte[] known = packet(a, ib, new Tcp(40_000, 80, "A"));
            assertThat(p1.fromInstance(known).verdict()).isEqualTo(REDIRECT);

            byte[] lastHop = known.clone();
            lastHop[v4 ? 8 : 7] = 1;
            byte[] fragment = known.clone();
            fragment[v4 ? 6 : 0] |= (byte) (v4 ? 0x20 : 0);
            byte[] longer = Arrays.copyOf(known, known.length + 1);
            byte[] untold = known.clone(); // only super-packets need not tell their length
            untold[v4 ? 2 : 4] = untold[v4 ? 3 : 5] = 0;
            for (byte[] packet : List.of(
                    packet(a, ib, new Tcp(40_000, 80, "S")), // of a connection that is there
                    packet(a, ib, new Tcp(40_001, 80, "A")),
                    packet(a, ib, new Echo(7)),
                    TestPackets.raw(a, ib, 132, new byte[40]),
                    TestPackets.raw(a, ib, 6, new byte[4]),
                    lastHop,
                    longer,
                    untold,
                    v4 ? fragment : longer)) {
                BpfProgram.Run run = p1.fromInstance(packet);
                assertThat(run.verdict()).isEqualTo(NEXT);
                assertThat(inside(run, 0)).isEqualTo(packet);
            }
        }
    }

    @Test
    void aFlowThatIsTakenBackIsJavasAgain() throws IOException {
        TestOverlay.Worker w1 = overlay.worker("w1", V4 + 1);
        TestOverlay.Worker w2 = overlay.worker("w2", V4 + 2);
        TestPrograms p1 = programs(w1);
        InstanceAt client = overlay.place(C, 1, w1, InstanceState.SCHEDULED);
        InstanceAt server = overlay.place(S, 1, w2, InstanceState.READY);
        byte[] asked = packet(text(client.namespaceIp(), true), text(server.instanceIp(), true), new Udp(5, 6));
        throughJava(w1, w2, asked);
        assertThat(p1.fromInstance(asked).verdict()).isEqualTo(REDIRECT);

        overlay.withdraw(server.instance());
        w1.work();
        assertThat(p1.fromInstance(asked).verdict()).isEqualTo(NEXT);
    }

    private record Java(byte[] tunnelled, byte[] delivered) {}

    private Java throughJava(TestOverlay.Worker from, TestOverlay.Worker to, byte[] packet) {
        from.send(packet);
        byte[] tunnelled = requireNonNull(overlay.underlay.poll(to.endpoint));
        overlay.underlay.send(from.endpoint, to.endpoint, tunnelled);
        to.work();
        return new Java(tunnelled, to.delivered().getFirst());
    }

    private static void assertSame(BpfProgram.Run run, int headers, byte[] translated) {
        assertThat(run.verdict()).isEqualTo(REDIRECT);
        assertThat(inside(run, headers)).isEqualTo(oneHopLater(translated));
    }

    private static String text(DualAddress address, boolean v4) {
        return v4 ? address.v4().toString() : address.v6().toString();
    }
}
