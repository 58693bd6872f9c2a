package io.xylem.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.xylem.model.InstanceName;
import io.xylem.model.InstanceState;
import io.xylem.model.ServiceName;
import io.xylem.proxy.control.Samples;
import io.xylem.proxy.domain.RouteUpdate.InstanceAt;
import io.xylem.proxy.linux.EchoClient;
import io.xylem.proxy.linux.EchoServer;
import io.xylem.proxy.linux.NetworkNamespace;
import io.xylem.proxy.linux.TestNamespaces;
import io.xylem.runtime.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole process on one worker, with the state of an earlier run on its disk and no broker to be had. */
class ProxyNodeIT {
    private static final InstanceAt S1 = Samples.at(Samples.S1, "w1", InstanceState.READY, 12);
    private static final InstanceAt CLIENT =
            Samples.at(new InstanceName(ServiceName.parse("A.prod.C.prod"), 9), "w1", InstanceState.READY, 13);

    private final AtomicReference<@Nullable Throwable> fault = new AtomicReference<>();

    private Settings settings(Path directory, NetworkNamespace worker) {
        return settings(directory, worker, "user", "off"); // RestartIT has the other one
    }

    private Settings settings(Path directory, NetworkNamespace worker, String plane, String encryption) {
        return Settings.load(ProxySettings.definition(), new String[] {
            "--override",
            "bootstrap.servers=127.0.0.1:1",
            "--override",
            "schema.registry.url=http://127.0.0.1:1",
            "--override",
            "xylem.worker=w1",
            "--override",
            "xylem.netns=" + worker.name(),
            "--override",
            "xylem.tunnel.port=0",
            "--override",
            "xylem.dataplane=" + plane,
            "--override",
            "xylem.tunnel.encryption=" + encryption,
            "--override",
            "xylem.data.dir=" + directory
        });
    }

    private static HttpResponse<String> call(ProxyNode node, String method, String path)
            throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + node.httpPort() + path))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        }
    }

    @Test
    void packetsFlowWithoutAnyBrokerAndWhatInstancesNeedOutlivesTheProcess(@TempDir Path directory) throws Exception {
        try (TestNamespaces namespaces = TestNamespaces.orSkip()) {
            NetworkNamespace worker = namespaces.make("w");
            NetworkNamespace clientSpace = namespaces.make("c");
            NetworkNamespace serverSpace = namespaces.make("s");
            Samples.saveTo(
                    directory,
                    "w1",
                    List.of(Samples.service(10), S1, CLIENT),
                    Map.of(S1, serverSpace.name(), CLIENT, clientSpace.path()));
            EchoClient client = new EchoClient(clientSpace);
            try (EchoServer _ = new EchoServer("S1", serverSpace)) {
                try (ProxyNode node = ProxyNode.start(settings(directory, worker), fault::set)) {
                    assertThat(client.tcp("10.30.0.1", new byte[100]).server()).isEqualTo("S1");
                    assertThat(client.tcp("fdff:2000::1", new byte[100]).server())
                            .isEqualTo("S1");
                    assertThat(call(node, "GET", "/health/live").statusCode()).isEqualTo(200);
                    assertThat(call(node, "GET", "/health/ready").statusCode()).isEqualTo(503);
                    assertThat(call(node, "GET", "/status").body())
                            .contains("\"tableVersion\":13", "\"attached\":2", "\"dataPlane\":\"user\"");
                    String from = CLIENT.namespaceIp().v4().toString();
                    assertThat(call(node, "GET", "/explain?from=" + from + "&to=10.30.0.1:8080/tcp")
                                    .body())
                            .contains("\"policy\":\"RR\"", "\"candidates\":[{\"instance\":\"A.prod.S.prod#1\"");
                }
                assertThat(TestNamespaces.links(worker)).contains("xylem0", "xv0a121e41", "xv0a121e49");
                try (ProxyNode node = ProxyNode.start(settings(directory, worker), fault::set)) {
                    assertThat(client.tcp("10.30.0.1", new byte[100]).server()).isEqualTo("S1");
                    assertThat(call(node, "DELETE", "/instances/A.prod.S.prod/1")
                                    .statusCode())
                            .isEqualTo(204);
                    assertThat(call(node, "DELETE", "/instances/A.prod.C.prod/9")
                                    .statusCode())
                            .isEqualTo(204);
                }
            }
            assertThat(TestNamespaces.links(worker)).doesNotContain("xylem0", "xv0a");
            assertThat(TestNamespaces.links(clientSpace)).doesNotContain("eth0");
            assertThat(fault.get()).isNull();
        }
    }

    @Test
    void aStartThatFailsSaysWhyAndLeavesNothing(@TempDir Path directory) throws IOException {
        try (TestNamespaces namespaces = TestNamespaces.orSkip()) {
            NetworkNamespace worker = namespaces.make("w");
            NetworkNamespace missing = NetworkNamespace.of("xyl-nobody");
            assertThatThrownBy(() -> ProxyNode.start(settings(directory, missing), fault::set))
                    .hasMessageContaining("xyl-nobody");
            try (ProxyNode first = ProxyNode.start(settings(directory, worker), fault::set)) {
                assertThat(first.httpPort()).isPositive();
                assertThatThrownBy(() -> ProxyNode.start(settings(directory, worker), fault::set))
                        .hasMessageContaining("already running");
            }
            assertThatThrownBy(() -> ProxyNode.start(settings(directory, worker, "ebpf", "on"), fault::set))
                    .hasMessageContaining("xylem.dataplane=auto");
            assertThat(TestNamespaces.links(worker)).doesNotContain("xylem0");
        }
    }

    @Test
    void whatIsEncryptedGoesThroughUserSpace(@TempDir Path directory) throws Exception {
        try (TestNamespaces namespaces = TestNamespaces.orSkip()) {
            NetworkNamespace worker = namespaces.make("w");
            try (ProxyNode node = ProxyNode.start(settings(directory, worker, "auto", "on"), fault::set)) {
                assertThat(call(node, "GET", "/status").body())
                        .contains("\"dataPlane\":\"user\"", "xylem.tunnel.encryption=on", "AES-128-GCM by");
                assertThat(TestNamespaces.links(worker)).contains("mtu 1418");
            }
            assertThat(fault.get()).isNull();
        }
    }

    @Test
    void aMissingSettingIsNamed() {
        assertThatThrownBy(() -> Settings.load(ProxySettings.definition(), new String[0]))
                .isInstanceOf(ConfigException.class);
    }
}
