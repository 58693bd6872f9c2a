package io.xylem.cli.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URLEncoder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The HTTP interface of one worker's proxy. A refusal is told by the proxy's own code and message. */
public final class WorkerApi {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Beyond the time that the proxy itself may wait. */
    private static final Duration ALLOWANCE = Duration.ofSeconds(10);

    private final String url;

    public WorkerApi(String url) {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** @return the proxy's answer: service, instance, instanceIp, namespaceIp */
    public JsonNode attach(String service, int instance, String netns, Duration timeout) throws IOException {
        return attach(service, instance, netns, List.of(), timeout);
    }

    /** @param publish ports of the node that lead to it, such as {@code 8080:80/tcp}; none for those that it has already */
    public JsonNode attach(String service, int instance, String netns, List<String> publish, Duration timeout)
            throws IOException {
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("service", service)
                .put("instance", instance)
                .put("netns", netns)
                .put("timeoutMs", timeout.toMillis());
        if (!publish.isEmpty()) {
            publish.forEach(body.putArray("publish")::add);
        }
        return JSON.readTree(answer("POST", "/instances", body.toString(), timeout.plus(ALLOWANCE)));
    }

    public void detach(String service, int instance) throws IOException {
        var _ = answer("DELETE", "/instances/" + service + "/" + instance, null, ALLOWANCE);
    }

    /** Versions, sizes, counters, and what it hears of. */
    public JsonNode status() throws IOException {
        return JSON.readTree(answer("GET", "/status", null, ALLOWANCE));
    }

    /**
     * Where a packet would go and why.
     *
     * @param from namespace IP of an instance there, perhaps with a port; {@code to} address, perhaps with port and protocol
     */
    public JsonNode explain(String from, String to) throws IOException {
        String query = "from=" + URLEncoder.encode(from, UTF_8) + "&to=" + URLEncoder.encode(to, UTF_8);
        return JSON.readTree(answer("GET", "/explain?" + query, null, ALLOWANCE));
    }

    /** What takes an answer while it comes. */
    @FunctionalInterface
    public interface Taker {
        void take(InputStream answer) throws IOException;
    }

    /**
     * Packets as they pass.
     *
     * @param query whose packets, how many and in which form
     * @param seconds for how long at most
     */
    public void capture(Map<String, String> query, int seconds, Taker taker) throws IOException {
        String asked = query.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
        LocalHttp.Reply refused;
        try {
            refused = LocalHttp.take(
                    url + "/capture?" + asked, Duration.ofSeconds(seconds).plus(ALLOWANCE), taker);
        } catch (ConnectException e) {
            throw new ClusterException("the worker at " + url + " does not answer", e);
        }
        if (refused.status() >= 300) {
            throw new ClusterException(refusal(refused));
        }
    }

    /** Whether it is told of routes of the service, on whichever worker they are. */
    public static boolean hearsOf(JsonNode status, String service) {
        if (status.path("feed").asText().equals("broadcast")) {
            return true;
        }
        for (JsonNode wanted : status.path("interests").path("services")) {
            if (wanted.asText().equals(service)) {
                return true;
            }
        }
        return false;
    }

    private String answer(String method, String path, @Nullable String body, Duration timeout) throws IOException {
        LocalHttp.Reply reply;
        try {
            reply = LocalHttp.send(method, url + path, body, timeout);
        } catch (IOException e) {
            throw new ClusterException("the worker at " + url + " does not answer", e);
        }
        if (reply.status() >= 300) {
            throw new ClusterException(refusal(reply));
        }
        return reply.body();
    }

    private static String refusal(LocalHttp.Reply reply) {
        try {
            JsonNode error = JSON.readTree(reply.body());
            if (error.hasNonNull("code")) {
                return error.path("code").asText() + ": "
                        + error.path("message").asText();
            }
        } catch (IOException e) {
            // Not one of our answers: shown as it came.
        }
        return "HTTP status " + reply.status() + ": " + reply.body();
    }
}
