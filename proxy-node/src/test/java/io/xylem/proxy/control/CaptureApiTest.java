package io.xylem.proxy.control;

import static io.xylem.proxy.domain.TestOverlay.C;
import static io.xylem.proxy.domain.TestOverlay.S;
import static io.xylem.proxy.domain.TestOverlay.SERVICE_IP;
import static io.xylem.proxy.domain.TestPackets.packet;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.xylem.model.InstanceState;
import io.xylem.proxy.dataplane.Captures;
import io.xylem.proxy.domain.TestOverlay;
import io.xylem.proxy.domain.TestPackets.Tcp;
import io.xylem.proxy.domain.TestPackets.Udp;
import io.xylem.runtime.HttpEndpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a capture shows of packets between two workers and within one, over HTTP. */
class CaptureApiTest {
    private static final String DIALLED = "10.30.0.1";
    private static final byte[] TO_SERVICE = packet("10.18.0.101", DIALLED, new Tcp(40_000, 80, "S", new byte[0]));

    private final TestOverlay overlay = new TestOverlay();
    private final TestOverlay.Worker w1 = overlay.worker("w1", "192.168.77.1");
    private final TestOverlay.Worker w2 = overlay.worker("w2", "192.168.77.2");
    private final Captures captures = w1.agent().captures();
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpEndpoint endpoint;

    @BeforeEach
    void start() throws IOException {
        overlay.service(S, "RR", SERVICE_IP);
        overlay.place(C, 1, w1, InstanceState.READY);
        overlay.place(S, 1, w2, InstanceState.READY);
        endpoint = new HttpEndpoint("127.0.0.1:0");
        new CaptureApi(captures, w1.routes::table, () -> 0, 0).addTo(endpoint);
        endpoint.start();
    }

    @AfterEach
    void stop() {
        captures.close();
        endpoint.close();
    }

    private CompletableFuture<HttpResponse<byte[]>> ask(String query) {
        URI uri = URI.create("http://127.0.0.1:" + endpoint.port() + "/capture?" + query);
        return client.sendAsync(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    /** Asks, and sends when it is listened to. */
    private byte[] capture(String query, Runnable packets) {
        CompletableFuture<HttpResponse<byte[]>> answer = ask(query);
        await().until(captures::isOn);
        packets.run();
        byte[] body = answer.join().body();
        assertThat(captures.isOn()).as("still on").isFalse();
        return body;
    }

    private void requestAndAnswer() {
        w1.send(TO_SERVICE);
        w2.work();
        w2.send(packet("10.18.1.1", "10.30.0.102", new Tcp(80, 40_000, "SA", new byte[0])));
        w1.work();
    }

    @Test
    void asTextEachSideOfAPacketIsALine() {
        String text = new String(capture("service=A.prod.S.prod&packets=2", this::requestAndAnswer), UTF_8);
        assertThat(text).isEqualTo("""
            23:59:55.000000 out instance  10.18.0.101:40000 > 10.30.0.1:80 tcp S 40 bytes
            23:59:55.000000 out tunnel    10.30.0.102:40000 > 10.18.1.1:80 tcp S 40 bytes, to A.prod.S.prod#1 at 192.168.77.2:50103
            23:59:55.000000 in  tunnel    10.30.0.2:80 > 10.18.0.101:40000 tcp SA 40 bytes
            23:59:55.000000 in  instance  10.30.0.1:80 > 10.18.0.101:40000 tcp SA 40 bytes, to A.prod.C.prod#1
            # 2 packets
            """);
    }

    @Test
    void whatIsDroppedIsShownWithItsReason() {
        String text = new String(
                capture(
                        "address=10.30.9.9&packets=1",
                        () -> w1.send(packet("10.18.0.101", "10.30.9.9", new Udp(1, 2, true, new byte[3])))),
                UTF_8);
        assertThat(text).isEqualTo("""
            23:59:55.000000 out instance  10.18.0.101:1 > 10.30.9.9:2 udp 31 bytes, not sent: UNKNOWN_DESTINATION
            # 1 packets
            """);
    }

    @Test
    void onlyWhatIsAskedForIsShown() {
        overlay.place(S, 2, w1, InstanceState.READY);
        byte[] other = packet("10.18.0.101", "10.30.0.3", new Udp(7, 7));
        String one = "10.18.0.101:40000 > 10.30.0.2:80 tcp S 40 bytes";
        byte[] wanted = packet("10.18.0.101", "10.30.0.2", new Tcp(40_000, 80, "S", new byte[0]));
        for (String query : List.of("service=A.prod.S.prod&instance=1", "address=10.18.1.1", "address=10.30.0.2")) {
            String text = new String(
                    capture(query + "&packets=1", () -> {
                        w1.send(other);
                        w1.send(wanted);
                    }),
                    UTF_8);
            assertThat(text).as(query).contains(one).doesNotContain("udp");
        }
    }

    private record Block(int type, ByteBuffer body) {}

    private static List<Block> blocks(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        List<Block> blocks = new ArrayList<>();
        while (bytes.hasRemaining()) {
            int at = bytes.position();
            int length = bytes.getInt(at + 4);
            assertThat(bytes.getInt(at + length - 4)).isEqualTo(length);
            blocks.add(
                    new Block(bytes.getInt(at), bytes.slice(at + 8, length - 12).order(ByteOrder.LITTLE_ENDIAN)));
            bytes.position(at + length);
        }
        return blocks;
    }

    @Test
    void asAFileItHasTheSamePackets() {
        List<Block> blocks = blocks(capture("format=pcapng&packets=2", this::requestAndAnswer));
        assertThat(blocks).extracting(Block::type).containsExactly(0x0a0d0d0a, 1, 1, 6, 6, 6, 6, 5);
        assertThat(blocks.get(1).body.getShort(0)).as("raw IP").isEqualTo((short) 12);
        byte[] inTheTunnel = packet("10.30.0.102", "10.18.1.1", new Tcp(40_000, 80, "S", new byte[0]));
        assertThat(contents(blocks.get(3), 0)).isEqualTo(TO_SERVICE);
        assertThat(contents(blocks.get(4), 1)).isEqualTo(inTheTunnel);
        assertThat(contents(blocks.get(5), 1)[0]).isEqualTo((byte) 0x45);
        assertThat(contents(blocks.get(6), 0)[0]).isEqualTo((byte) 0x45);
    }

    private static byte[] contents(Block packet, int face) {
        assertThat(packet.body.getInt(0)).isEqualTo(face);
        byte[] bytes = new byte[packet.body.getInt(12)];
        packet.body.get(20, bytes);
        return bytes;
    }

    @Test
    void aSlowReaderLosesPacketsAndIsToldHowMany() throws InterruptedException {
        var capture = captures.begin((high, low) -> true);
        for (int i = 0; i < 1_030; i++) {
            w1.send(TO_SERVICE);
            requireNonNull(overlay.underlay.poll(w2.endpoint));
        }
        assertThat(capture.lost()).isEqualTo(6);
        assertThat(requireNonNull(capture.poll(0)).before().bytes()).isEqualTo(TO_SERVICE);
        captures.end(capture);
        assertThat(capture.isOver()).isTrue();
    }

    @Test
    void aQuestionThatMakesNoSenseIsRefused() {
        for (String query : List.of(
                "address=x",
                "service=A",
                "instance=1",
                "packets=0",
                "seconds=99999",
                "format=pdf",
                "address=10.30.0.1&service=A.prod.S.prod")) {
            HttpResponse<byte[]> answer = ask(query).join();
            assertThat(answer.statusCode()).as(query).isEqualTo(400);
            assertThat(new String(answer.body(), UTF_8)).as(query).contains("MALFORMED_REQUEST");
        }
        assertThat(captures.isOn()).isFalse();
    }

    @Test
    void thereAreOnlySoManyAtOnce() {
        for (int i = 0; i < 4; i++) {
            captures.begin((high, low) -> false);
        }
        assertThat(ask("packets=1").join().statusCode()).isEqualTo(429);
    }
}
