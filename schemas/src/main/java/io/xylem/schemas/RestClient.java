package io.xylem.schemas;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/**
 * JSON requests to the first base URL that gives an answer: what succeeded, or what a registry refuses with its own
 * error code. Anything else (no connection, a server's failure, a refused login, a page that is no registry's) makes it
 * try the next, and the one that answered is asked first from then on.
 */
final class RestClient {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";

    private record Base(String url, Optional<String> authorization) {}

    private final List<Base> bases;
    private final HttpClient http;
    private final Duration readTimeout;
    private volatile int preferred;

    RestClient(RegistryConfig config) {
        bases = config.urls().stream().map(url -> base(config, url)).toList();
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(Duration.ofMillis(config.getInt(RegistryConfig.CONNECT_TIMEOUT_MS)));
        RegistryTls.configure(config, builder);
        http = builder.build();
        readTimeout = Duration.ofMillis(config.getInt(RegistryConfig.READ_TIMEOUT_MS));
    }

    private static Base base(RegistryConfig config, String url) {
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw new ConfigException(RegistryConfig.SCHEMA_REGISTRY_URL + " has something that is not a URL");
        }
        String bare = url.replaceFirst("//[^/@]*@", "//");
        return new Base(
                bare.endsWith("/") ? bare.substring(0, bare.length() - 1) : bare,
                RegistryCredentials.authorization(config, uri));
    }

    JsonNode get(String path) {
        return exchange("GET", path, null);
    }

    JsonNode post(String path, JsonNode body) {
        return exchange("POST", path, body);
    }

    JsonNode put(String path, JsonNode body) {
        return exchange("PUT", path, body);
    }

    /**
     * @throws RegistryException if a registry refused it
     * @throws RegistryUnavailableException if none gave an answer; the message has every reason
     */
    private JsonNode exchange(String method, String path, @Nullable JsonNode body) {
        List<String> failures = new ArrayList<>();
        int first = preferred;
        for (int i = 0; i < bases.size(); i++) {
            int index = (first + i) % bases.size();
            Base base = bases.get(index);
            try {
                HttpResponse<String> response =
                        http.send(request(base, method, path, body), HttpResponse.BodyHandlers.ofString());
                JsonNode json = parse(response.body());
                if (isAnswer(response.statusCode(), json)) {
                    preferred = index;
                    return accepted(method + " " + path, response.statusCode(), json);
                }
                failures.add(base.url + " answered HTTP " + response.statusCode() + " " + brief(response.body()));
            } catch (IOException e) {
                failures.add(base.url + " does not answer: " + e);
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        }
        throw new RegistryUnavailableException("no schema registry answers " + method + " " + path + ": "
                + String.join("; ", failures) + ". Check schema.registry.url, its path, and the credentials");
    }

    private HttpRequest request(Base base, String method, String path, @Nullable JsonNode body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base.url + path))
                .timeout(readTimeout)
                .header("Accept", CONTENT_TYPE + ", application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.toString()));
        if (body != null) {
            request.header("Content-Type", CONTENT_TYPE);
        }
        base.authorization.ifPresent(value -> request.header("Authorization", value));
        return request.build();
    }

    /** A 404 of the API has a code of five digits; a server that does not know the path has none, or just 404. */
    private static boolean isAnswer(int status, JsonNode json) {
        int code = json.path("error_code").asInt();
        return switch (status) {
            case 404 -> code >= 40_400 && code < 40_500;
            case 409, 422 -> code != 0;
            default -> status >= 200 && status < 300 && json.isContainerNode();
        };
    }

    private static JsonNode accepted(String request, int status, JsonNode json) {
        if (status >= 300) {
            int code = json.path("error_code").asInt();
            throw new RegistryException(
                    "the schema registry refuses " + request + ": "
                            + json.path("message").asText("no reason given") + " (code " + code + ")",
                    code);
        }
        return json;
    }

    private static JsonNode parse(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException _) {
            // Not a registry's answer, whatever the status; the caller quotes the body.
            return MissingNode.getInstance();
        }
    }

    private static String brief(String body) {
        String line = body.replaceAll("\\s+", " ").strip();
        return line.length() <= 200 ? line : line.substring(0, 200) + "…";
    }
}
