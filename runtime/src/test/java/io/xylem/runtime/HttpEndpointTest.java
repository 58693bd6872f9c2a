package io.xylem.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.xylem.runtime.HttpEndpoint.Health;
import io.xylem.runtime.HttpEndpoint.Refused;
import io.xylem.runtime.HttpEndpoint.Response;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpEndpointTest {
    record Name(String name) {}

    private final HttpClient client = HttpClient.newHttpClient();
    private final Metrics metrics = new Metrics();
    private HttpEndpoint endpoint = unbound();
    private volatile boolean ready;

    private static HttpEndpoint unbound() {
        try {
            return new HttpEndpoint("127.0.0.1:0");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void start() {
        endpoint.operations(() -> new Health(true, "runs"), () -> new Health(ready, "restoring"), metrics)
                .route(
                        "GET",
                        "/names/*",
                        request -> Response.json(Map.of("rest", request.rest(), "q", request.query())))
                .route(
                        "POST",
                        "/names",
                        request -> Response.text(request.json(Name.class).name()))
                .route("GET", "/refused", request -> {
                    throw new Refused(409, "TAKEN", "somebody has it");
                })
                .route("GET", "/broken", request -> {
                    throw new IOException("disk");
                })
                .start();
    }

    @AfterEach
    void stop() {
        endpoint.close();
        metrics.close();
    }

    private HttpResponse<String> send(String method, String path, String body) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.port() + path))
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    @Test
    void readinessFollowsItsSourceAndMetricsAreThere() throws Exception {
        assertThat(send("GET", "/health/live", "").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/health/ready", "").statusCode()).isEqualTo(503);
        assertThat(send("GET", "/health/ready", "").body()).contains("restoring");
        ready = true;
        assertThat(send("GET", "/health/ready", "").statusCode()).isEqualTo(200);
        assertThat(send("GET", "/metrics", "").body()).contains("jvm_memory_used_bytes");
    }

    @Test
    void aStarTakesTheRestDecoded() throws Exception {
        assertThat(send("GET", "/names/a%20b/1?x=1&y", "").body())
                .contains("\"rest\":\"a b/1\"")
                .contains("\"x\":\"1\"");
        assertThat(send("POST", "/names", "{\"name\":\"S\"}").body()).isEqualTo("S");
    }

    @Test
    void refusalsCarryACodeAndSayWhatIsAllowed() throws Exception {
        assertThat(send("GET", "/refused", "").statusCode()).isEqualTo(409);
        assertThat(send("GET", "/refused", "").body()).contains("TAKEN").contains("somebody has it");
        assertThat(send("GET", "/nowhere", "").body()).contains("NOT_FOUND").contains("GET /names/*");
        assertThat(send("DELETE", "/names", "").body())
                .contains("METHOD_NOT_ALLOWED")
                .contains("POST");
        assertThat(send("POST", "/names", "{").statusCode()).isEqualTo(400);
        assertThat(send("POST", "/names", "x".repeat(2 << 20)).statusCode()).isEqualTo(413);
        assertThat(send("GET", "/broken", "").statusCode()).isEqualTo(500);
    }
}
