package io.xylem.proxy.linux;

import static io.xylem.proxy.control.Samples.address;
import static io.xylem.proxy.control.Samples.only;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.proxy.dataplane.Capture;
import io.xylem.proxy.dataplane.Captured;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.domain.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Super-packets longer than an IP header can tell arrive whole, with both workers' flows in the kernel; and what the underlay
 * takes only in segments is put together again.
 */
class BigTcpIT {
    private static final int LONGEST_TOLD = 65_535;
    private static final int ON_A_WIRE = 1_500;

    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final Random random = Seed.random();
    private TestWorker w1;
    private TestWorker w2;
    private NetworkNamespace space1;
    private NetworkNamespace space2;
    private NetworkNamespace farSpace;
    private EchoClient client;

    private <T extends AutoCloseable> T opened(T part) {
        open.push(part);
        return part;
    }

    @BeforeEach
    void setUp() throws IOException {
        TestNamespaces namespaces = opened(TestNamespaces.orSkip());
        space1 = namespaces.make("w1");
        space2 = namespaces.make("w2");
        namespaces.join(space1, "192.168.77.1/24", space2, "192.168.77.2/24");
        w1 = opened(TestWorker.withBigTcp("w1", space1, "192.168.77.1"));
        w2 = opened(TestWorker.withBigTcp("w2", space2, "192.168.77.2"));
        NetworkNamespace clientSpace = namespaces.make("c");
        NetworkNamespace nearSpace = namespaces.make("s1");
        farSpace = namespaces.make("s2");
        InstanceAt c =
                only("C", address("10.30.0.10", "fdff::10"), address("10.18.0.1", "fc00::1"), "w1", "192.168.77.1");
        InstanceAt near =
                only("N", address("10.30.0.2", "fdff::1"), address("10.18.0.2", "fc00::2"), "w1", "192.168.77.1");
        InstanceAt far =
                only("F", address("10.30.0.3", "fdff::2"), address("10.18.0.65", "fc00::101"), "w2", "192.168.77.2");
        w1.learn(List.of(c, near, far));
        w2.learn(List.of(c, near, far));
        w1.attach(c, clientSpace);
        w1.attach(near, nearSpace);
        w2.attach(far, farSpace);
        opened(new EchoServer("near", nearSpace));
        opened(new EchoServer("far", farSpace));
        client = new EchoClient(clientSpace);
    }

    @AfterEach
    void tearDown() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    /** @param underlayBytes how long the underlay's devices take super-packets; less than any is as on a wire */
    @ParameterizedTest
    @CsvSource({
        "10.30.0.2, 185000",
        "fdff::1, 185000",
        "10.30.0.3, 185000",
        "fdff::2, 185000",
        "10.30.0.3, 1500",
        "fdff::2, 1500"
    })
    void contentArrivesAsItWasSent(String server, int underlayBytes) throws Exception {
        SuperPackets.limit(space1, "u0", underlayBytes);
        SuperPackets.limit(space2, "u0", underlayBytes);
        byte[] content = new byte[8 << 20];
        random.nextBytes(content);
        // How long super-packets become is the kernel's matter: on a busy machine not each transfer has long ones.
        await().atMost(Duration.ofMinutes(3)).until(() -> longest(server, content) > LONGEST_TOLD);
        if (underlayBytes == ON_A_WIRE) {
            assertThat(segmentsOfFarServer()).as("received").isLessThan(segmentsOnTheWire() / 2);
        }
        for (TestWorker worker : List.of(w1, w2)) {
            for (Drop reason : Drop.values()) {
                assertThat(worker.drops(reason)).as(worker.name + " " + reason).isZero();
            }
        }
    }

    /** Packets that came to the other worker, super-packets counted as one. */
    private long segmentsOnTheWire() throws IOException {
        return space2.call(() -> Long.parseLong(Files.readString(Path.of("/proc/thread-self/net/dev"))
                .replaceAll("(?s).*u0:\\s*\\d+\\s+(\\d+)\\s.*", "$1")));
    }

    /** What its instance got of them. */
    private long segmentsOfFarServer() throws IOException {
        List<List<String>> tcp = farSpace.call(() -> Files.readAllLines(Path.of("/proc/thread-self/net/snmp"))).stream()
                .filter(line -> line.startsWith("Tcp: "))
                .map(line -> List.of(line.split(" ")))
                .toList();
        return Long.parseLong(tcp.getLast().get(tcp.getFirst().indexOf("InSegs")));
    }

    /** The longest packet that was seen of those with which this content came there and back. */
    private int longest(String server, byte[] content) throws Exception {
        Capture capture = w1.captures().begin((high, low) -> true);
        assertThat(Arrays.mismatch(client.tcp(server, content).echo(), content))
                .as("first difference")
                .isEqualTo(-1);
        w1.captures().end(capture);
        int longest = 0;
        for (Captured one = capture.poll(0); one != null; one = capture.poll(0)) {
            longest = Math.max(longest, one.before().length());
        }
        return longest;
    }
}
