package io.xylem.proxy.ebpf;

import static io.xylem.proxy.domain.TestPackets.packet;
import static io.xylem.proxy.ebpf.TestPrograms.NEXT;
import static io.xylem.proxy.ebpf.TestPrograms.REDIRECT;
import static io.xylem.proxy.ebpf.TestPrograms.V4;
import static io.xylem.proxy.ebpf.TestPrograms.V6;
import static io.xylem.proxy.ebpf.TestPrograms.inside;
import static io.xylem.proxy.ebpf.TestPrograms.oneHopLater;
import static io.xylem.proxy.ebpf.TestPrograms.outerBytes;
import static io.xylem.proxy.ebpf.TestPrograms.wrapped;
import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.model.Endpoint;
import io.xylem.proxy.domain.TestPackets.Udp;
import io.xylem.proxy.linux.BpfProgram;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the programs put before a packet in the tunnel, and what they take there. */
class OuterHeadersIT extends JoinedWorkers {
    private byte[] asked(int port) {
        return packet(
                client.namespaceIp().v4().toString(), server.instanceIp().v4().toString(), new Udp(port, 53));
    }

    @Test
    void overIpv4TheyAreOakestras() throws IOException {
        join(V4);
        byte[] tunnelled = oneHopLater(throughJava(asked(5_000)));
        byte[] outer = inside(p1.fromInstance(asked(5_000)), 0);
        byte[] expected = wrapped(w1.endpoint, w2.endpoint, tunnelled, 0);
        // The checksum is right: one hop further on, by any rule, is one hop further on by the test's own.
        byte[] further = outer.clone();
        further[8]++;
        assertThat(oneHopLater(further)).isEqualTo(outer);
        System.arraycopy(outer, 10, expected, 10, 2); // the checksum
        assertThat(outer).isEqualTo(expected);
    }

    @Test
    void overIpv6TheyHaveALabelOfTheFlowsOwnAndNoChecksum() throws IOException {
        join(V6);
        Set<Integer> labels = new HashSet<>();
        for (int port = 5_000; port < 5_010; port++) {
            byte[] tunnelled = oneHopLater(throughJava(asked(port)));
            byte[] outer = inside(p1.fromInstance(asked(port)), 0);
            byte[] expected = wrapped(w1.endpoint, w2.endpoint, tunnelled, 0);
            int label = ((outer[1] & 0x0f) << 16) | ((outer[2] & 0xff) << 8) | (outer[3] & 0xff);
            labels.add(label);
            expected[1] |= (byte) (label >>> 16);
            expected[2] = (byte) (label >>> 8);
            expected[3] = (byte) label;
            assertThat(outer).isEqualTo(expected);
            assertThat(inside(p1.fromInstance(asked(port)), 0))
                    .as("the same for all of a flow")
                    .isEqualTo(outer);
        }
        assertThat(labels).hasSize(10);
    }

    @ParameterizedTest
    @CsvSource({
        V4 + "1, " + V4 + "9, 50103",
        V4 + "1, " + V4 + "1, 50104",
        V6 + "1, " + V6 + "9, 50103",
        V6 + "1, " + V6 + "1, 50104"
    })
    void onlyThePeerOfAFlowMayAnswer(String peer, String address, int port) throws IOException {
        join(peer.startsWith(V4) ? V4 : V6);
        byte[] tunnelled = throughJava(asked(5));
        assertThat(p2.fromUnderlay(w1.endpoint, w2.endpoint, tunnelled, 0).verdict())
                .isEqualTo(REDIRECT);
        BpfProgram.Run run = p2.fromUnderlay(new Endpoint(address, port), w2.endpoint, tunnelled, 0);
        assertThat(run.verdict()).isEqualTo(NEXT);
        assertThat(inside(run, outerBytes(w1))).isEqualTo(tunnelled);
    }

    /** What differs from the peer's address in any of its four words, or is of the other family, is a stranger's. */
    @ParameterizedTest
    @ValueSource(strings = {"fd78::1", "fd77:0:0:1::1", "fd77::1:0:1", "fd77::2", "192.168.77.1"})
    void norDoesAnAddressThatIsAlmostThePeers(String stranger) throws IOException {
        join(V6);
        byte[] tunnelled = throughJava(asked(5));
        BpfProgram.Run run = p2.fromUnderlay(
                new Endpoint(stranger, 50_103),
                overlay.worker("w3", stranger.contains(":") ? V6 + 3 : V4 + 3).endpoint,
                tunnelled,
                0);
        assertThat(run.verdict()).isEqualTo(NEXT);
    }

    /** An outer header with an extension is the kernel's to understand. */
    @Test
    void whatIsNotPlainUdpBehindTheOuterHeaderStaysAsItIs() throws IOException {
        join(V6);
        byte[] tunnelled = throughJava(asked(5));
        byte[] outer = wrapped(w1.endpoint, w2.endpoint, tunnelled, 0);
        assertThat(p2.fromUnderlay(outer).verdict()).isEqualTo(REDIRECT);
        for (int next : new int[] {0, 44, 60, 6}) {
            byte[] other = outer.clone();
            other[6] = (byte) next;
            BpfProgram.Run run = p2.fromUnderlay(other);
            assertThat(run.verdict()).isEqualTo(NEXT);
            assertThat(inside(run, 0)).isEqualTo(other);
        }
        byte[] otherPort = outer.clone();
        otherPort[43]++;
        assertThat(p2.fromUnderlay(otherPort).verdict()).isEqualTo(NEXT);
    }
}
