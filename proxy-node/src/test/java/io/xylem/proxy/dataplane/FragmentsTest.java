package io.xylem.proxy.dataplane;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.icmpError;
import static io.xylem.proxy.domain.TestPackets.packet;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceState;
import io.xylem.proxy.domain.Counters.Count;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.PacketCases;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.Seed;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets;
import io.xylem.proxy.domain.TestPackets.Udp;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All pieces of a datagram go where the first one goes, in whatever order they come. */
class FragmentsTest {
    private static final byte[] PAYLOAD = new byte[4_001];

    private final TestOverlay overlay = new TestOverlay();
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");
    private final TestOverlay.Worker w3 = overlay.worker("w3", "192.168.77.3");
    private InstanceAt client;
    private InstanceAt server;

    @BeforeEach
    void place() {
        overlay.service(S, "RR", SERVICE_IP);
        client = overlay.place(C, 1, w1, InstanceState.READY);
        server = overlay.place(S, 1, w2, InstanceState.READY);
    }

    private List<byte[]> asked(boolean v4, int id) {
        return pieces(v4, client.namespaceIp(), SERVICE_IP, id);
    }

    private List<byte[]> expected(boolean v4, int id) {
        return pieces(v4, client.instanceIp(), server.namespaceIp(), id);
    }

    private static List<byte[]> pieces(boolean v4, DualAddress from, DualAddress to, int id) {
        List<byte[]> pieces =
                PacketCases.inPieces(packet(text(from, v4), text(to, v4), new Udp(1_000 + id, 53, true, PAYLOAD)));
        for (byte[] piece : pieces) {
            if (v4) {
                TestPackets.numbered(piece, id);
            } else {
                ByteBuffer.wrap(piece).putInt(44, id);
            }
        }
        return pieces;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void inAnyOrder(boolean v4) {
        Random random = Seed.random();
        for (int id = 1; id <= 50; id++) {
            List<byte[]> pieces = asked(v4, id);
            Collections.shuffle(pieces, random);
            pieces.forEach(w1::send);
            List<byte[]> inTheTunnel = new ArrayList<>();
            for (byte[] one = overlay.underlay.poll(w2.endpoint);
                    one != null;
                    one = overlay.underlay.poll(w2.endpoint)) {
                inTheTunnel.add(one);
            }
            Collections.shuffle(inTheTunnel, random);
            inTheTunnel.forEach(one -> overlay.underlay.send(w1.endpoint, w2.endpoint, one));
            w2.work();
            assertThat(w2.delivered()).as("datagram %d", id).containsExactlyInAnyOrderElementsOf(expected(v4, id));
        }
        assertThat(w1.drops() + w2.drops()).isZero();
        assertThat(w1.counters.get(Count.WAITED_PACKETS)).isPositive();
        assertThat(w2.counters.get(Count.WAITED_PACKETS)).isPositive();
    }

    /** Each goes to another instance, and takes its pieces along. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void datagramsBetweenEachOther(boolean v4) {
        InstanceAt other = overlay.place(S, 2, w3, InstanceState.READY);
        List<List<byte[]>> datagrams = List.of(asked(v4, 1), asked(v4, 2));
        for (int piece : new int[] {2, 0, 1}) {
            datagrams.forEach(pieces -> w1.send(pieces.get(piece)));
        }
        overlay.settle();
        List<byte[]> first = w2.delivered();
        List<byte[]> second = w3.delivered();
        boolean isFirstFirst = isOf(first, 1);
        assertThat(first)
                .containsExactlyInAnyOrderElementsOf(
                        pieces(v4, client.instanceIp(), server.namespaceIp(), isFirstFirst ? 1 : 2));
        assertThat(second)
                .containsExactlyInAnyOrderElementsOf(
                        pieces(v4, client.instanceIp(), other.namespaceIp(), isFirstFirst ? 2 : 1));
    }

    private boolean isOf(List<byte[]> delivered, int id) {
        boolean v4 = delivered.getFirst()[0] >> 4 == 4;
        byte[] one = expected(v4, id).getFirst();
        return delivered.stream().anyMatch(packet -> Arrays.equals(packet, one));
    }

    @Test
    void withoutTheFirstPieceTheOthersWaitForAMoment() {
        asked(true, 1).subList(1, 3).forEach(w1::send);
        overlay.nowNs += 1_900_000_000L;
        w1.work();
        assertThat(w1.drops()).isZero();
        overlay.nowNs += 200_000_000L;
        w1.work();
        assertThat(w1.counters.drops(Direction.OUTBOUND, Drop.NO_FIRST_FRAGMENT))
                .isEqualTo(2);
        w1.send(asked(true, 1).getFirst());
        w1.send(asked(true, 1).get(1));
        overlay.settle();
        assertThat(w2.delivered()).as("the datagram's pieces that come again").hasSize(2);
    }

    @Test
    void whatTheFirstPieceMeetsTheOthersMeet() {
        overlay.withdraw(server.instance());
        asked(true, 1).forEach(w1::send);
        assertThat(w1.drops(Drop.SCALED_TO_ZERO)).isEqualTo(1);
        assertThat(w1.drops(Drop.FRAGMENT)).isEqualTo(2);
        assertThat(w1.delivered()).as("one port unreachable").hasSize(1);
    }

    @Test
    void aHopLimitThatEndsIsToldOnce() {
        List<byte[]> pieces = asked(false, 1);
        pieces.forEach(piece -> piece[7] = 1);
        pieces.forEach(w1::send);
        assertThat(w1.drops(Drop.HOP_LIMIT_REACHED)).isEqualTo(3);
        assertThat(w1.delivered()).hasSize(1);
    }

    @Test
    void whoIsNobodyHereWaitsForNothing() {
        pieces(true, TestOverlay.dual("10.18.9.9", "fc00::9999"), SERVICE_IP, 1).forEach(w1::send);
        assertThat(w1.drops(Drop.SOURCE_NOT_ATTACHED)).isEqualTo(3);
        pieces(true, client.instanceIp(), TestOverlay.dual("10.18.9.9", "fc00::9999"), 1)
                .forEach(piece -> overlay.underlay.send(w1.endpoint, w2.endpoint, piece));
        w2.work();
        assertThat(w2.drops(Drop.DESTINATION_NOT_ATTACHED)).isEqualTo(3);
    }

    /** Neither before nor after the first piece can a stranger put pieces into a datagram, or spoil it. */
    @Test
    void onlyItsOwnWorkerSendsPieces() {
        List<byte[]> pieces = expected(true, 1);
        for (Endpoint stranger : List.of(w3.endpoint, new Endpoint("192.168.77.66", 50_103))) {
            pieces.forEach(piece -> overlay.underlay.send(stranger, w2.endpoint, piece));
        }
        overlay.underlay.send(w1.endpoint, w2.endpoint, pieces.getFirst());
        for (Endpoint stranger : List.of(w3.endpoint, new Endpoint("192.168.77.66", 50_103))) {
            pieces.forEach(piece -> overlay.underlay.send(stranger, w2.endpoint, piece));
        }
        pieces.subList(1, 3).forEach(piece -> overlay.underlay.send(w1.endpoint, w2.endpoint, piece));
        w2.work();
        assertThat(w2.delivered()).containsExactlyElementsOf(pieces);
        assertThat(w2.drops(Drop.FOREIGN_WORKER)).isEqualTo(12);
        assertThat(w2.drops()).isEqualTo(12);
    }

    @Test
    void noInstanceTakesAllTheRoom() {
        for (int id = 0; id < 200; id++) {
            w1.send(asked(true, id).get(1));
        }
        assertThat(w1.drops(Drop.TOO_MANY_FRAGMENTS)).isEqualTo(200 - 128);
        InstanceAt other = overlay.place(C, 2, w1, InstanceState.READY);
        List<byte[]> pieces = pieces(true, other.namespaceIp(), SERVICE_IP, 1);
        w1.send(pieces.get(1));
        w1.send(pieces.getFirst());
        overlay.settle();
        assertThat(w2.delivered()).hasSize(2);
        for (int repeated = 0; repeated < 100; repeated++) {
            w1.send(asked(false, 7).get(2));
        }
        assertThat(w1.drops(Drop.TOO_MANY_FRAGMENTS)).isEqualTo(200 - 128 + 100 - 64);
    }

    /** As path MTU discovery needs it: a host that knows of no smaller path sends large datagrams in pieces. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anErrorAboutAFirstPieceQuotesWhatWasSent(boolean v4) {
        byte[] sent = asked(v4, 1).getFirst();
        w1.send(sent);
        overlay.settle();
        byte[] got = w2.delivered().getFirst();
        String b = text(server.namespaceIp(), v4);
        String ia = text(client.instanceIp(), v4);
        w2.send(icmpError(b, ia, v4 ? 3 : 2, v4 ? 4 : 0, 1_300, Arrays.copyOf(got, 200)));
        overlay.settle();
        assertThat(w1.delivered())
                .containsExactly(icmpError(
                        text(SERVICE_IP, v4),
                        text(client.namespaceIp(), v4),
                        v4 ? 3 : 2,
                        v4 ? 4 : 0,
                        1_300,
                        Arrays.copyOf(sent, 200)));
    }

    private static String text(DualAddress address, boolean v4) {
        return v4 ? address.v4().toString() : address.v6().toString();
    }
}
