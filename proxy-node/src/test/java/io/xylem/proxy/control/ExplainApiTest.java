package io.xylem.proxy.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.xylem.proxy.domain.Addresses;
import io.xylem.proxy.domain.Drop;
import io.xylem.proxy.domain.Explained;
import io.xylem.proxy.domain.FiveTuple;
import io.xylem.runtime.HttpEndpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a question is read; its answers are {@code ExplainTest}'s. */
class ExplainApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<FiveTuple> asked = new ArrayList<>();
    private CompletableFuture<Explained> answer = CompletableFuture.completedFuture(new Explained(
            7,
            null,
            null,
            false,
            List.of(),
            "dropped: SOURCE_NOT_ATTACHED",
            null,
            Drop.SOURCE_NOT_ATTACHED,
            List.of()));
    private HttpEndpoint http;

    @BeforeEach
    void serve() throws IOException {
        http = new HttpEndpoint("127.0.0.1:0");
        new ExplainApi(packet -> {
                    asked.add(packet);
                    return answer;
                })
                .addTo(http);
        http.start();
    }

    @AfterEach
    void close() {
        http.close();
    }

    private HttpResponse<String> get(String query) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            URI uri = URI.create("http://127.0.0.1:" + http.port() + "/explain?" + query);
            return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "from=10.18.0.1&to=10.30.0.1, 10.18.0.1, 0, 10.30.0.1, 80, 6",
        "from=10.18.0.1:1&to=10.30.0.1:2/udp, 10.18.0.1, 1, 10.30.0.1, 2, 17",
        "from=10.18.0.1:1&to=10.30.0.1/icmp, 10.18.0.1, 1, 10.30.0.1, 0, 1",
        "from=fc00::1&to=fdff::1, fc00::1, 0, fdff::1, 80, 6",
        "from=%5Bfc00::1%5D:5&to=%5Bfdff::1%5D:65535/tcp, fc00::1, 5, fdff::1, 65535, 6",
        "from=fc00::1&to=%5Bfdff::1%5D/icmp, fc00::1, 0, fdff::1, 0, 58"
    })
    void questionsAreRead(String query, String from, int sourcePort, String to, int destinationPort, int protocol)
            throws IOException, InterruptedException {
        HttpResponse<String> response = get(query);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        FiveTuple packet = asked.getFirst();
        assertThat(Addresses.text(packet.sourceHigh(), packet.sourceLow())).isEqualTo(from);
        assertThat(Addresses.text(packet.destinationHigh(), packet.destinationLow()))
                .isEqualTo(to);
        assertThat(List.of(packet.sourcePort(), packet.destinationPort(), packet.protocol()))
                .containsExactly(sourcePort, destinationPort, protocol);
        JsonNode body = JSON.readTree(response.body());
        assertThat(body.get("drop").asText()).isEqualTo("SOURCE_NOT_ATTACHED");
        assertThat(body.get("tableVersion").asLong()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "from=10.18.0.1",
                "from=10.18.0.1&to=fdff::1",
                "from=10.18.0.1&to=10.30.0.1:70000",
                "from=10.18.0.1&to=10.30.0.1:x",
                "from=10.18.0.1&to=10.30.0.1/sctp",
                "from=%5Bfc00::1&to=fdff::1",
                "from=10.18.0&to=10.30.0.1"
            })
    void whatIsNoQuestionIsRefusedWithAnExample(String query) throws IOException, InterruptedException {
        HttpResponse<String> response = get(query);
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("MALFORMED_REQUEST", "e.g. /explain?from=");
        assertThat(asked).isEmpty();
    }

    @Test
    void tooManyQuestionsAreAskedToWait() throws IOException, InterruptedException {
        answer = CompletableFuture.failedFuture(new RejectedExecutionException("16 questions wait already"));
        HttpResponse<String> response = get("from=10.18.0.1&to=10.30.0.1");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.body()).contains("16 questions wait already");
    }
}
