package io.xylem.proxy.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.model.DualAddress;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6;
import io.xylem.model.Ipv6Prefix;
import io.xylem.proxy.dataplane.PacketBatch;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkerNetworkIT {
    private static final DualAddress FIRST = new DualAddress(Ipv4.parse("10.18.30.65"), Ipv6.parse("fc00::7901"));
    private static final DualAddress SECOND = new DualAddress(Ipv4.parse("10.18.30.66"), Ipv6.parse("fc00::7902"));

    private TestNamespaces namespaces;
    private NetworkNamespace worker;
    private NetworkNamespace instance;
    private WorkerNetwork network;
    private TunDevice device;

    @BeforeEach
    void setUp() throws IOException {
        namespaces = TestNamespaces.orSkip();
        worker = namespaces.make("w");
        instance = namespaces.make("i");
        network = new WorkerNetwork(worker);
        device = TunDevice.open(worker, "xylem0", true);
        network.prepare(device, List.of(Ipv4Prefix.parse("10.30.0.0/16")), List.of(Ipv6Prefix.parse("fdff::/16")));
    }

    @AfterEach
    void tearDown() throws IOException {
        if (device != null) {
            device.close();
        }
        if (namespaces != null) {
            namespaces.close();
        }
    }

    /**
     * What {@code ip} shows of a namespace: interfaces with addresses, routes and rules, both families. Without the
     * carrier, which the kernel tells a moment late.
     */
    private static String show(NetworkNamespace namespace) throws IOException {
        return namespace.call(() -> {
            StringBuilder shown = new StringBuilder();
            for (String what : List.of("-o address", "-4 route", "-6 route", "-6 rule", "-o link")) {
                Process process = new ProcessBuilder(("ip " + what).split(" ", -1)).start();
                shown.append(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            }
            return shown.toString().replaceAll(" linkdown|state \\w+|,LOWER_UP|NO-CARRIER,|,M-DOWN", "");
        });
    }

    private void send(String from, String to) throws IOException {
        instance.call(() -> {
            try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getByName(from), 4000))) {
                socket.send(new DatagramPacket(new byte[3], 3, InetAddress.getByName(to), 7));
            }
            return null;
        });
    }

    /** The next packet that comes to the device, or one of length 0 when none comes after all that was sent. */
    private PacketBatch nextPacket(int timeoutMs) throws IOException {
        try (UdpTunnel tunnel = UdpTunnel.open(worker, "127.0.0.1", 0, true);
                Poller poller = Poller.of(device, tunnel)) {
            poller.await(timeoutMs);
            PacketBatch batch = PacketBatch.of(1, 2048);
            device.read(batch);
            return batch;
        }
    }

    @ParameterizedTest
    @CsvSource({"10.18.30.65, 10.30.0.1, 12, 4", "fc00::7901, fdff:2000::1, 8, 16"})
    void anInstanceReachesTheOverlayAtOnceUnderItsOwnAddress(String from, String to, int sourceAt, int bytes)
            throws IOException {
        network.attach(instance, FIRST);
        send(from, to);
        PacketBatch batch = nextPacket(10_000);
        assertThat(batch.count()).isEqualTo(1);
        byte[] source = new byte[bytes];
        batch.memory().get(batch.offset(0) + sourceAt, source);
        assertThat(source).isEqualTo(InetAddress.getByName(from).getAddress());
    }

    @ParameterizedTest
    @CsvSource({"10.18.30.66/32, 10.18.30.65, 10.30.0.1", "fc00::7902/128, fc00::7901, fdff:2000::1"})
    void anInstanceCannotSendAsItsNeighbour(String stolen, String own, String to) throws IOException {
        NetworkNamespace neighbour = namespaces.make("n");
        network.attach(instance, FIRST);
        network.attach(neighbour, SECOND);
        IpCommand.run(instance, "address add " + stolen + " dev eth0" + (stolen.contains(":") ? " nodad" : ""));
        send(stolen.substring(0, stolen.indexOf('/')), to);
        send(own, to);
        // Both took the same way in order, so the first to arrive would be the stolen one.
        PacketBatch batch = nextPacket(10_000);
        int at = batch.offset(0);
        boolean v4 = batch.memory().get(at) >>> 4 == 4;
        assertThat(batch.count()).isEqualTo(1);
        assertThat(batch.memory().get(at + (v4 ? 15 : 23)))
                .as("last byte of the source")
                .isEqualTo((byte) (v4 ? 65 : 1));
    }

    @Test
    void attachingAgainChangesNothing() throws IOException {
        network.attach(instance, FIRST);
        String workerBefore = show(worker);
        String instanceBefore = show(instance);
        assertThat(workerBefore).contains("xv0a121e41", "169.254.1.1", "fe80::1/64");
        assertThat(instanceBefore).contains("mtu 1450", "10.18.30.65/32", "fc00::7901/128", "default via fe80::1");
        assertThat(instanceBefore).doesNotContain("tentative");

        new WorkerNetwork(worker).attach(NetworkNamespace.of(instance.path()), FIRST);
        assertThat(show(worker)).isEqualTo(workerBefore);
        assertThat(show(instance)).isEqualTo(instanceBefore);
    }

    @Test
    void superPacketsAreAsLongAsTheLastAttachmentSays() throws IOException {
        for (int bytes : new int[] {SuperPackets.BIG_BYTES, SuperPackets.USUAL_BYTES}) {
            network.withSuperPackets(bytes).attach(instance, FIRST);
            assertThat(details(worker, "xv0a121e41")).contains("gso_max_size " + bytes, "gro_max_size " + bytes);
            assertThat(SuperPackets.longest(worker, "xv0a121e41")).isEqualTo(bytes);
            assertThat(details(instance, "eth0")).contains("gso_max_size " + bytes, "gro_max_size " + bytes);
        }
        assertThatThrownBy(() -> SuperPackets.limit(instance, "eth7", SuperPackets.BIG_BYTES))
                .hasMessageContaining("eth7");
        assertThatThrownBy(() -> SuperPackets.longest(instance, "eth7")).hasMessageContaining("eth7");
    }

    private static String details(NetworkNamespace namespace, String name) throws IOException {
        return namespace.call(() -> {
            Process process = new ProcessBuilder("ip", "-d", "link", "show", "dev", name).start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        });
    }

    @Test
    void detachingRemovesEverything() throws IOException {
        String workerBefore = show(worker);
        String instanceBefore = show(instance);
        network.attach(instance, FIRST);
        assertThat(show(worker)).isNotEqualTo(workerBefore);
        network.detach(FIRST);
        assertThat(show(worker)).isEqualTo(workerBefore);
        assertThat(show(instance)).isEqualTo(instanceBefore);
        network.detach(FIRST);
        network.attach(instance, FIRST);
    }

    @Test
    void anInterfaceThatIsNotOursIsLeftAlone() throws IOException {
        IpCommand.run(instance, "link add name eth0 type veth peer name other");
        String before = show(instance);
        assertThatThrownBy(() -> network.attach(instance, FIRST))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("already has an eth0")
                .hasMessageContaining("detach");
        assertThat(show(instance)).isEqualTo(before);
    }

    @Test
    void aNamespaceThatWasReplacedIsAttachedAnew() throws IOException {
        network.attach(instance, FIRST);
        NetworkNamespace replacement = namespaces.make("r");
        network.attach(replacement, FIRST);
        assertThat(show(replacement)).contains("10.18.30.65/32");
        assertThat(show(instance)).doesNotContain("10.18.30.65");
    }

    @Test
    void forwardingIsSwitchedOnInTheWorkersNamespaceOnly() throws IOException {
        Path forwarding = Path.of("/proc/sys/net/ipv4/ip_forward");
        // A new namespace begins with the host's value, which is on where a container engine runs.
        String ofInstance = instance.call(() -> Files.readString(forwarding));
        String own = Files.readString(forwarding);
        network.attach(instance, FIRST);
        assertThat(worker.call(() -> Files.readString(forwarding)).strip()).isEqualTo("1");
        assertThat(instance.call(() -> Files.readString(forwarding))).isEqualTo(ofInstance);
        assertThat(Files.readString(forwarding)).isEqualTo(own);
    }
}
