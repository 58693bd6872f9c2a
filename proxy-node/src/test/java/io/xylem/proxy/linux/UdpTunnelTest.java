package io.xylem.proxy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.model.Ipv4;
import io.xylem.proxy.dataplane.PacketBatch;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over loopback, which needs no rights. What arrives on loopback is there when the send returns. */
class UdpTunnelTest {
    private static final NetworkNamespace HERE = NetworkNamespace.own();
    private static final long LOOPBACK =
            PacketBatch.mappedV4(Ipv4.parse("127.0.0.1").bits());

    private static void add(PacketBatch batch, String text, long high, long low, int port) {
        int slot = batch.add(text.length());
        for (int i = 0; i < text.length(); i++) {
            batch.memory().put(batch.offset(slot) + i, (byte) text.charAt(i));
        }
        batch.setPeer(slot, high, low, port);
    }

    private static String text(PacketBatch batch, int slot) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < batch.length(slot); i++) {
            text.append((char) batch.memory().get(batch.offset(slot) + i));
        }
        return text.toString();
    }

    @Test
    void aBatchArrivesInOrderWithItsSender() throws IOException {
        try (UdpTunnel a = UdpTunnel.open(HERE, "127.0.0.1", 0, false);
                UdpTunnel b = UdpTunnel.open(HERE, "127.0.0.1", 0, false)) {
            PacketBatch out = PacketBatch.of(8, 100);
            for (int i = 0; i < 8; i++) {
                add(out, "packet " + i, 0, LOOPBACK, b.port());
            }
            assertThat(a.send(out)).isEqualTo(8);
            PacketBatch in = PacketBatch.of(5, 100);
            assertThat(b.receive(in)).isEqualTo(5);
            assertThat(in.isFull()).isTrue();
            assertThat(b.receive(in)).as("no room").isZero();
            assertThat(text(in, 4)).isEqualTo("packet 4");
            in.clear();
            assertThat(b.receive(in)).isEqualTo(3);
            assertThat(text(in, 2)).isEqualTo("packet 7");
            assertThat(in.peerHigh(2)).isZero();
            assertThat(in.peerLow(2)).isEqualTo(LOOPBACK);
            assertThat(in.peerPort(2)).isEqualTo(a.port());
            assertThat(b.receive(in)).as("nothing waits").isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true"})
    void withAndWithoutOffloadsTheSamePacketsArrive(boolean atSender, boolean atReceiver) throws IOException {
        try (UdpTunnel a = UdpTunnel.open(HERE, "127.0.0.1", 0, atSender);
                UdpTunnel b = UdpTunnel.open(HERE, "127.0.0.1", 0, atReceiver);
                UdpTunnel c = UdpTunnel.open(HERE, "127.0.0.1", 0, atReceiver)) {
            PacketBatch out = PacketBatch.of(256, 2_000);
            PacketBatch in = PacketBatch.of(64, 65_535);
            List<String> expected = new ArrayList<>();
            for (int i = 0; i < 256; i++) {
                // Runs of one size, longer ones than go into one message, an empty one, and another receiver between
                // them.
                String text =
                        i == 200 ? "" : ("" + (char) ('a' + i % 26)).repeat(i % 70 == 69 ? 7 : i < 150 ? 50 : 1_450);
                boolean isForOther = i > 220 && i % 4 == 0;
                add(out, text, 0, LOOPBACK, isForOther ? c.port() : b.port());
                if (!isForOther) {
                    expected.add(text);
                }
            }
            assertThat(a.send(out)).isEqualTo(256);
            List<String> found = new ArrayList<>();
            int slots = 0;
            while (b.receive(in) > 0) {
                for (int slot = 0; slot < in.count(); slot++) {
                    assertThat(in.peerPort(slot)).isEqualTo(a.port());
                    String train = text(in, slot);
                    while (in.segmentBytes(slot) > 0 && train.length() > in.segmentBytes(slot)) {
                        found.add(train.substring(0, in.segmentBytes(slot)));
                        train = train.substring(in.segmentBytes(slot));
                    }
                    found.add(train);
                }
                slots += in.count();
                in.clear();
            }
            assertThat(found).isEqualTo(expected);
            assertThat(slots).matches(n -> (n < 50) == (atSender && atReceiver), "trains only if both do them");
        }
    }

    @Test
    void aSocketOfBothFamiliesSpeaksBoth() throws IOException {
        try (UdpTunnel dual = UdpTunnel.open(HERE, "::", 0, false);
                UdpTunnel v4 = UdpTunnel.open(HERE, "127.0.0.1", 0, false);
                UdpTunnel v6 = UdpTunnel.open(HERE, "::1", 0, false)) {
            PacketBatch out = PacketBatch.of(2, 100);
            add(out, "four", 0, LOOPBACK, v4.port());
            add(out, "six", 0, 1, v6.port());
            assertThat(dual.send(out)).isEqualTo(2);
            PacketBatch in = PacketBatch.of(2, 100);
            assertThat(v4.receive(in)).isEqualTo(1);
            assertThat(v6.receive(in)).isEqualTo(1);
            assertThat(text(in, 0)).isEqualTo("four");
            assertThat(text(in, 1)).isEqualTo("six");
            assertThat(in.peerLow(0)).isEqualTo(LOOPBACK);
            assertThat(in.peerHigh(1)).isZero();
            assertThat(in.peerLow(1)).isEqualTo(1);

            out.clear();
            add(out, "back", 0, LOOPBACK, dual.port());
            assertThat(v4.send(out)).isEqualTo(1);
            in.clear();
            assertThat(dual.receive(in)).isEqualTo(1);
            assertThat(in.peerLow(0)).as("mapped").isEqualTo(LOOPBACK);
        }
    }

    @Test
    void emptyAndOverlongDatagramsAreHandedOverAsThePortSays() throws IOException {
        try (UdpTunnel tunnel = UdpTunnel.open(HERE, "127.0.0.1", 0, false);
                DatagramSocket anybody = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
            for (int length : new int[] {0, 101, 65_507}) {
                anybody.send(
                        new DatagramPacket(new byte[length], length, InetAddress.getLoopbackAddress(), tunnel.port()));
            }
            PacketBatch in = PacketBatch.of(4, 100);
            assertThat(tunnel.receive(in)).isEqualTo(3);
            assertThat(in.length(0)).isZero();
            assertThat(in.length(1)).as("cut to the slot").isEqualTo(100);
            assertThat(in.length(2)).isEqualTo(100);
        }
    }

    @Test
    void aPeerThatCannotBeReachedCostsItsOwnPacketOnly() throws IOException {
        try (UdpTunnel a = UdpTunnel.open(HERE, "127.0.0.1", 0, false);
                UdpTunnel b = UdpTunnel.open(HERE, "127.0.0.1", 0, false)) {
            int closedPort;
            try (UdpTunnel closed = UdpTunnel.open(HERE, "127.0.0.1", 0, false)) {
                closedPort = closed.port();
            }
            PacketBatch out = PacketBatch.of(5, 100);
            add(out, "first", 0, LOOPBACK, b.port());
            add(out, "wrong family", 0, 1, b.port());
            add(out, "port zero", 0, LOOPBACK, 0);
            add(out, "nobody there", 0, LOOPBACK, closedPort);
            add(out, "last", 0, LOOPBACK, b.port());
            assertThat(a.send(out)).isEqualTo(3);
            PacketBatch in = PacketBatch.of(5, 100);
            assertThat(b.receive(in)).isEqualTo(2);
            assertThat(text(in, 1)).isEqualTo("last");
            assertThat(a.receive(in))
                    .as("the refusal of a datagram is no datagram")
                    .isZero();
            out.clear();
            add(out, "goes on", 0, LOOPBACK, b.port());
            assertThat(a.send(out)).isEqualTo(1);
        }
    }

    @Test
    void anAddressOrPortThatCannotBeHadSaysWhatToDo() throws IOException {
        try (UdpTunnel first = UdpTunnel.open(HERE, "127.0.0.1", 0, false)) {
            int taken = first.port();
            assertThatThrownBy(() -> UdpTunnel.open(HERE, "127.0.0.1", taken, false))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("port " + taken)
                    .hasMessageContaining("xylem.tunnel.port");
        }
        assertThatThrownBy(() -> UdpTunnel.open(HERE, "203.0.113.7", 0, false))
                .isInstanceOf(LinuxException.class)
                .hasMessageContaining("xylem.tunnel.address");
        assertThatThrownBy(() -> UdpTunnel.open(HERE, "127.0.0.1", 65_536, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("65536");
    }
}
