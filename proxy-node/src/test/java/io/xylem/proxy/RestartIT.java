package io.xylem.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.ServiceName;
import io.xylem.proxy.control.Samples;
import io.xylem.proxy.domain.RouteUpdate;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.ebpf.TestBpf;
import io.xylem.proxy.linux.EchoServer;
import io.xylem.proxy.linux.NetworkNamespace;
import io.xylem.proxy.linux.TestNamespaces;
import io.xylem.runtime.Settings;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections through the kernel while the proxies of both workers are away, and after. */
class RestartIT {
    private static final String UNDERLAY_1 = "192.168.77.1";
    private static final String UNDERLAY_2 = "192.168.77.2";

    private static final InstanceAt CLIENT = at(new InstanceName(ServiceName.parse("A.prod.C.prod"), 9), "w1", 13);
    private static final InstanceAt SERVER = at(Samples.S1, "w2", 12);
    private static final InstanceAt NEIGHBOUR = at(Samples.S2, "w1", 14);

    @TempDir
    private Path directory;

    private TestBpf bpf;
    private TestNamespaces namespaces;
    private NetworkNamespace space1;
    private NetworkNamespace space2;
    private NetworkNamespace clientSpace;

    private static InstanceAt at(InstanceName instance, String worker, long version) {
        return Samples.at(
                instance, worker, worker.equals("w1") ? UNDERLAY_1 : UNDERLAY_2, InstanceState.READY, version);
    }

    @BeforeEach
    void setUp() throws IOException {
        namespaces = TestNamespaces.orSkip();
        bpf = TestBpf.orSkip(directory.resolve("bpf"));
        space1 = namespaces.make("w1");
        space2 = namespaces.make("w2");
        clientSpace = namespaces.make("c");
        namespaces.join(space1, UNDERLAY_1 + "/24", space2, UNDERLAY_2 + "/24");
    }

    @AfterEach
    void tearDown() throws IOException {
        if (bpf != null) { // the test is skipped where there are no programs
            bpf.close();
        }
        namespaces.close();
    }

    private ProxyNode start(String worker, NetworkNamespace space, String plane) throws IOException {
        return ProxyNode.start(
                Settings.load(ProxySettings.definition(), new String[] {
                    "--override", "bootstrap.servers=127.0.0.1:1",
                    "--override", "schema.registry.url=http://127.0.0.1:1",
                    "--override", "xylem.worker=" + worker,
                    "--override", "xylem.netns=" + space.name(),
                    "--override", "xylem.data.dir=" + directory.resolve(worker),
                    "--override", "xylem.dataplane=" + plane,
                    "--override", "xylem.bpf.filesystem=" + bpf.directory()
                }),
                failure -> {
                    throw new AssertionError(failure);
                });
    }

    private static String status(ProxyNode node) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + "/status"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }

    private static void ask(Socket socket, byte[] content) throws IOException {
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeInt(content.length);
        out.write(content);
        out.flush();
        DataInputStream in = new DataInputStream(socket.getInputStream());
        in.readUTF();
        in.readUTF();
        assertThat(in.readNBytes(in.readInt())).isEqualTo(content);
    }

    private Socket connect(String to) throws IOException {
        return clientSpace.call(() -> {
            Socket socket = new Socket();
            socket.setSoTimeout(20_000);
            socket.connect(new InetSocketAddress(to, 8080), 20_000);
            return socket;
        });
    }

    @Test
    void connectionsGoOnWithoutAProxyAndBelongToTheNextOne() throws Exception {
        NetworkNamespace serverSpace = namespaces.make("s");
        NetworkNamespace neighbourSpace = namespaces.make("n");
        List<RouteUpdate> routes = List.of(Samples.service(10), CLIENT, SERVER, NEIGHBOUR);
        Files.createDirectories(directory.resolve("w1"));
        Files.createDirectories(directory.resolve("w2"));
        Samples.saveTo(
                directory.resolve("w1"),
                "w1",
                routes,
                Map.of(CLIENT, clientSpace.name(), NEIGHBOUR, neighbourSpace.name()));
        Samples.saveTo(directory.resolve("w2"), "w2", routes, Map.of(SERVER, serverSpace.name()));
        Files.createDirectories(
                bpf.directory().resolve("xylem").resolve("v1-" + space1.number())); // an older version's
        ProxyNode first = start("w1", space1, "ebpf");
        ProxyNode second = start("w2", space2, "ebpf");
        try (EchoServer _ = new EchoServer("S1", serverSpace);
                EchoServer _ = new EchoServer("S2", neighbourSpace);
                Socket one = connect("10.30.0.1");
                Socket other = connect("10.30.0.1");
                Socket third = connect("fdff:2000::1");
                Socket fourth = connect("fdff:2000::1")) {
            List<Socket> connections = List.of(one, other, third, fourth);
            for (Socket connection : connections) {
                ask(connection, new byte[1_000]);
            }
            assertThat(status(first)).contains("\"dataPlane\":\"ebpf\"", "outlive a restart");
            assertThat(bpf.pinned()).hasSize(2);
            first.close();
            second.close();
            assertThat(TestNamespaces.links(space1)).contains("xylem0");
            for (Socket connection : connections) {
                ask(connection, new byte[300_000]);
            }

            first = start("w1", space1, "auto");
            second = start("w2", space2, "auto");
            ProxyNode restarted = first;
            // Four that the client opened, and two of the neighbour's ends of them.
            await().untilAsserted(() -> assertThat(status(restarted)).contains("\"flows_adopted\":6", "\"flows\":6"));
            for (Socket connection : connections) {
                ask(connection, new byte[300_000]);
            }
            ask(connect("10.30.0.1"), new byte[10]);
        }
        first.close();
        second.close();

        // What is not wanted any more is not left behind.
        start("w1", space1, "user").close();
        start("w2", space2, "user").close();
        assertThat(bpf.pinned()).isEmpty();
    }
}
