package io.xylem.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What routing can be asked. */
final class RoutingClient {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final URI url;

    RoutingClient(URI url) {
        this.url = url;
    }

    /** How far the realm's workers are, by name. */
    Map<String, JsonNode> workers(String realm) {
        Map<String, JsonNode> workers = new LinkedHashMap<>();
        get("/workers?realm=" + URLEncoder.encode(realm, StandardCharsets.UTF_8))
                .forEach(worker -> workers.put(worker.path("worker").asText(), worker));
        return workers;
    }

    /** Those that lack the version or one before it. */
    List<String> lacking(String realm, long version) {
        return workers(realm).entrySet().stream()
                .filter(worker -> worker.getValue().has("waitingForVersion")
                        && worker.getValue().path("waitingForVersion").asLong() <= version)
                .map(Map.Entry::getKey)
                .toList();
    }

    private JsonNode get(String path) {
        HttpRequest request =
                HttpRequest.newBuilder(url.resolve(path)).timeout(TIMEOUT).build();
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(TIMEOUT).build()) {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new CommandException("routing at " + url + " answered " + path + " with status "
                        + response.statusCode() + ": " + response.body());
            }
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new CommandException("routing at " + url + " does not answer: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException("interrupted while routing at " + url + " was asked");
        }
    }
}
