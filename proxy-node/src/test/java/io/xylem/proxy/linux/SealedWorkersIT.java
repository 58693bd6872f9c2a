package io.xylem.proxy.linux;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.model.DualAddress;
import io.xylem.model.Endpoint;
import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.Ipv4;
import io.xylem.model.Ipv6;
import io.xylem.model.ServiceName;
import io.xylem.proxy.domain.Counters.Direction;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.seal.Aead;
import io.xylem.proxy.seal.JdkAead;
import io.xylem.proxy.seal.Keyring;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two workers whose tunnel is encrypted, real packets: client C on w1, server S on w2. */
class SealedWorkersIT {
    private static final String UNDERLAY_1 = "192.168.77.1";
    private static final String UNDERLAY_2 = "192.168.77.2";
    private static final Keyring.Times TIMES = new Keyring.Times(1_000, 100, Long.MAX_VALUE);

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Keyring keys1 = new Keyring(aead(), TIMES, 0);
    /** One worker has OpenSSL, if the machine does. */
    private final Keyring keys2 = new Keyring(new JdkAead(), TIMES, 0);

    private final InstanceAt c =
            instance("A.prod.C.prod", "10.30.0.10", "fdff::10", "10.18.0.1", "fc00::1", "w1", UNDERLAY_1);
    private final InstanceAt s =
            instance("A.prod.S.prod", "10.30.0.3", "fdff::2", "10.18.0.65", "fc00::101", "w2", UNDERLAY_2);
    private NetworkNamespace space1;
    private NetworkNamespace space2;
    private NetworkNamespace serverSpace;
    private TestWorker w1;
    private EchoClient client;

    private static Aead aead() {
        Aead found = OpenSsl.find();
        return found != null ? found : new JdkAead();
    }

    private static InstanceAt instance(
            String service, String v4, String v6, String inner4, String inner6, String worker, String at) {
        return new InstanceAt(
                new InstanceName(ServiceName.parse(service), 1),
                new DualAddress(Ipv4.parse(v4), Ipv6.parse(v6)),
                new DualAddress(Ipv4.parse(inner4), Ipv6.parse(inner6)),
                worker,
                new Endpoint(at, 50_103),
                InstanceState.READY,
                10);
    }

    private <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    @BeforeEach
    void setUp() throws IOException {
        TestNamespaces namespaces = opened(TestNamespaces.orSkip());
        space1 = namespaces.make("w1");
        space2 = namespaces.make("w2");
        namespaces.join(space1, UNDERLAY_1 + "/24", space2, UNDERLAY_2 + "/24");
        NetworkNamespace clientSpace = namespaces.make("c");
        serverSpace = namespaces.make("s");
        keys1.heard("w2", UNDERLAY_2, keys2.published());
        keys2.heard("w1", UNDERLAY_1, keys1.published());
        w1 = opened(new TestWorker("w1", space1, UNDERLAY_1, keys1));
        w1.learn(List.of(c, s));
        w1.attach(c, clientSpace);
        client = new EchoClient(clientSpace);
    }

    private TestWorker second(@Nullable Keyring keys) throws IOException {
        TestWorker w2 = opened(
                keys == null
                        ? new TestWorker("w2", space2, UNDERLAY_2)
                        : new TestWorker("w2", space2, UNDERLAY_2, keys));
        w2.learn(List.of(c, s));
        w2.attach(s, serverSpace);
        opened(new EchoServer("S", serverSpace));
        return w2;
    }

    @AfterEach
    void tearDown() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    @Test
    void whoeverIsInBetweenReadsNothing() throws IOException {
        String secret = "a text that is for the other instance alone";
        byte[] between = space2.call(() -> {
            try (DatagramSocket socket = new DatagramSocket(50_103, InetAddress.getByName(UNDERLAY_2))) {
                socket.setSoTimeout(10_000);
                client.shout("10.30.0.3", secret);
                DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
                socket.receive(packet);
                return Arrays.copyOf(packet.getData(), packet.getLength());
            }
        });
        assertThat(between).hasSize(20 + 8 + secret.length() + 32);
        assertThat(between[0] >>> 4).isEqualTo(7);
        assertThat(new String(between, US_ASCII)).doesNotContain("text", "instance");
    }

    /** And keys change meanwhile. */
    @Test
    void everythingPassesAndNothingIsCutIntoFragments() throws Exception {
        TestWorker w2 = second(keys2);
        Random random = new Random(7);
        long now = 0;
        for (String dialled : List.of("10.30.0.3", "fdff::2", "10.30.0.3")) {
            byte[] content = new byte[(1 << 20) + 13];
            random.nextBytes(content);
            assertThat(Arrays.equals(client.tcp(dialled, content).echo(), content))
                    .isTrue();
            assertThat(client.udp(dialled, "u".repeat(1_300)).echo()).hasSize(1_300);
            assertThat(client.ping(dialled, 1)).contains("1 received");
            now += 1_000;
            assertThat(keys1.turn(now)).isTrue();
            assertThat(keys2.turn(now)).isTrue();
            assertThat(client.udp(dialled, "nobody heard of new keys").server()).isEqualTo("S");
            keys1.heard("w2", UNDERLAY_2, keys2.published());
            assertThat(client.udp(dialled, "one did").server()).isEqualTo("S");
            keys2.heard("w1", UNDERLAY_1, keys1.published());
            assertThat(client.udp(dialled, "both did").server()).isEqualTo("S");
            keys1.turn(now + 100);
            keys2.turn(now + 100);
            assertThat(keys1.turn(now + 200) && keys2.turn(now + 200)).isTrue();
            keys1.heard("w2", UNDERLAY_2, keys2.published());
            keys2.heard("w1", UNDERLAY_1, keys1.published());
        }
        for (Drop reason :
                List.of(Drop.UNKNOWN_TUNNEL_KEY, Drop.NOT_AUTHENTIC, Drop.NOT_ENCRYPTED, Drop.NO_TUNNEL_KEY)) {
            assertThat(w1.drops(reason) + w2.drops(reason)).as(reason.name()).isZero();
        }
        assertThat(fragments(space1) + fragments(space2)).isZero();
    }

    /** FragCreates of IPv4, RFC 4293. */
    private static long fragments(NetworkNamespace namespace) throws IOException {
        return namespace.call(() -> {
            List<String> ip =
                    Files.readAllLines(Path.of("/proc/thread-self/net/snmp"), StandardCharsets.US_ASCII).stream()
                            .filter(line -> line.startsWith("Ip:"))
                            .toList();
            int column = List.of(ip.getFirst().split(" ", -1)).indexOf("FragCreates");
            return Long.parseLong(ip.get(1).split(" ", -1)[column]);
        });
    }

    @Test
    void aWorkerWithoutEncryptionIsRefusedAndRefuses() throws IOException {
        TestWorker w2 = second(null);
        client.shout("10.30.0.3", "encrypted");
        new EchoClient(serverSpace).shout("10.30.0.10", "plain");
        await().untilAsserted(() -> {
            assertThat(w2.counters.drops(Direction.INBOUND, Drop.NOT_IP)).isEqualTo(1);
            assertThat(w1.counters.drops(Direction.INBOUND, Drop.NOT_ENCRYPTED)).isEqualTo(1);
        });
        keys1.heard("w2", "192.168.77.9", keys2.published()); // it says that it is elsewhere
        client.shout("10.30.0.3", "to a worker without keys");
        await().untilAsserted(() -> assertThat(w1.counters.drops(Direction.OUTBOUND, Drop.NO_TUNNEL_KEY))
                .isEqualTo(1));
        assertThat(w1.counters.drops(Direction.OUTBOUND, Drop.TUNNEL_REFUSED)).isZero();
    }
}
