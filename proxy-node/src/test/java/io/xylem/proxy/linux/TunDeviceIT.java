package io.xylem.proxy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import io.xylem.proxy.dataplane.PacketBatch;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TunDeviceIT {
    private static final int UDP_HEADER = 20;
    private TestNamespaces namespaces;
    private NetworkNamespace worker;

    @BeforeEach
    void setUp() throws IOException {
        namespaces = TestNamespaces.orSkip();
        worker = namespaces.make("w");
        // The source of what is sent from here.
        IpCommand.run(worker, "address add 10.18.0.1/32 dev lo");
    }

    @AfterEach
    void tearDown() throws IOException {
        if (namespaces != null) {
            namespaces.close();
        }
    }

    private TunDevice prepared() throws IOException {
        return prepared(true);
    }

    private TunDevice prepared(boolean withOffloads) throws IOException {
        TunDevice device = TunDevice.open(worker, "xylem0", withOffloads);
        new WorkerNetwork(worker)
                .prepare(device, List.of(Ipv4Prefix.parse("10.30.0.0/16")), List.of(Ipv6Prefix.parse("fdff::/16")));
        return device;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aPacketIntoTheOverlayIsReadAndItsAnswerArrives(boolean withOffloads) throws Exception {
        try (TunDevice device = prepared(withOffloads);
                UdpTunnel tunnel = UdpTunnel.open(worker, "127.0.0.1", 0, true);
                Poller poller = Poller.of(device, tunnel);
                DatagramSocket socket = worker.call(DatagramSocket::new)) {
            byte[] payload = "ping of odd length".getBytes(StandardCharsets.US_ASCII);
            socket.send(new DatagramPacket(payload, payload.length, InetAddress.getByName("10.30.0.5"), 7));
            poller.await(10_000);
            PacketBatch batch = PacketBatch.of(4, 2048);
            assertThat(device.read(batch)).isEqualTo(1);
            int at = batch.offset(0);
            assertThat(batch.length(0)).isEqualTo(28 + payload.length);
            assertThat(batch.memory().getInt(at + 16)).as("destination").isEqualTo(0x0a1e0005);
            assertThat(batch.isChecksumPartial(0)).isEqualTo(withOffloads);
            if (withOffloads) {
                assertThat(batch.checksumStart(0)).isEqualTo(UDP_HEADER);
                assertThat(batch.checksumField(0)).isEqualTo(6);
            } else {
                assertThat(udpSum(batch))
                        .as("UDP checksum, completed by the kernel")
                        .isEqualTo(0xffff);
            }

            // Back: swap addresses and ports. The checksums stay, as sums do not mind the order.
            int source = batch.memory().getInt(at + 12);
            batch.memory().putInt(at + 12, batch.memory().getInt(at + 16)).putInt(at + 16, source);
            short sourcePort = batch.memory().getShort(at + UDP_HEADER);
            batch.memory()
                    .putShort(at + UDP_HEADER, batch.memory().getShort(at + UDP_HEADER + 2))
                    .putShort(at + UDP_HEADER + 2, sourcePort);
            assertThat(device.write(batch)).isEqualTo(1);
            DatagramPacket answer = new DatagramPacket(new byte[100], 100);
            socket.setSoTimeout(10_000);
            socket.receive(answer);
            assertThat(answer.getLength()).isEqualTo(payload.length);
            assertThat(answer.getAddress().getHostAddress()).isEqualTo("10.30.0.5");
            assertThat(device.read(batch)).as("nothing waits").isZero();
        }
    }

    /** One's complement sum over pseudo-header and datagram; all ones when the checksum is right. */
    private static int udpSum(PacketBatch batch) {
        int at = batch.offset(0);
        int length = batch.length(0);
        long sum = 17L + (length - UDP_HEADER);
        for (int i = 12; i < length; i++) {
            int value = Byte.toUnsignedInt(batch.memory().get(at + i));
            sum += i % 2 == 0 ? value << 8 : value;
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return (int) sum;
    }

    @Test
    void whatIsNoPacketIsRefusedAndTheRestIsTaken() throws IOException {
        try (TunDevice device = prepared()) {
            PacketBatch batch = PacketBatch.of(3, 100);
            batch.add(0);
            batch.memory().put(batch.offset(batch.add(40)), (byte) 0x10); // version 1
            int slot = batch.add(20);
            batch.memory().putLong(batch.offset(slot), 0x4500_0014_0000_0000L); // as much as the device looks at
            assertThat(device.write(batch)).isEqualTo(1);
        }
    }

    @Test
    void aPersistentDeviceOutlivesItsProcessAndIsTakenOverWithItsRoutes() throws IOException {
        try (TunDevice device = prepared()) {
            device.setPersistent(true);
        }
        assertThat(worker.call(() -> Interfaces.hardwareAddress("xylem0"))).isNotNull();
        try (TunDevice again = TunDevice.open(worker, "xylem0", true)) {
            again.setPersistent(false);
        }
        assertThat(worker.call(() -> Interfaces.hardwareAddress("xylem0"))).isNull();
    }

    @Test
    void aSecondProxyIsTurnedAway() throws IOException {
        try (TunDevice device = prepared()) {
            assertThatThrownBy(() -> TunDevice.open(worker, device.name(), true))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("already running");
        }
    }

    @Test
    void aNameThatBelongsToAnotherInterfaceIsRefused() {
        assertThatThrownBy(() -> TunDevice.open(worker, "lo", true)).isInstanceOf(LinuxException.class);
        assertThatThrownBy(() -> TunDevice.open(worker, "longer-than-fifteen", true))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aDeviceThatGoesAwayIsAnErrorAndNoEndlessLoop() throws IOException {
        try (TunDevice device = prepared();
                UdpTunnel tunnel = UdpTunnel.open(worker, "127.0.0.1", 0, true);
                Poller poller = Poller.of(device, tunnel)) {
            IpCommand.run(worker, "link delete dev xylem0");
            assertThatThrownBy(() -> poller.await(10_000))
                    .isInstanceOf(LinuxException.class)
                    .hasMessageContaining("restart the proxy");
            PacketBatch batch = PacketBatch.of(1, 100);
            assertThat(device.read(batch)).isZero();
            batch.add(20);
            assertThatThrownBy(() -> device.write(batch)).isInstanceOf(LinuxException.class);
        }
    }

    @Test
    void aWaitIsEndedFromAnotherThread()
            throws IOException, InterruptedException, ExecutionException, TimeoutException {
        try (TunDevice device = prepared();
                UdpTunnel tunnel = UdpTunnel.open(worker, "127.0.0.1", 0, true);
                Poller poller = Poller.of(device, tunnel)) {
            CompletableFuture<Void> waiting = new CompletableFuture<>();
            Thread.ofPlatform().start(() -> {
                try {
                    poller.await(-1);
                    waiting.complete(null);
                } catch (IOException e) {
                    waiting.completeExceptionally(e);
                }
            });
            poller.wakeUp();
            waiting.get(10, TimeUnit.SECONDS);
        }
    }
}
