package io.xylem.schemas;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/** Confluent's REST API over an {@link InMemoryRegistry}, or the answer that a test wants. Loopback only. */
final class FakeRegistryServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Everything that was asked, in order. */
    final List<Request> requests = new CopyOnWriteArrayList<>();

    /** Apicurio's compatibility check says yes or no and nothing else. */
    volatile boolean isTerse;

    final InMemoryRegistry registry = new InMemoryRegistry();
    private final HttpServer server;
    private volatile Optional<Reply> scripted = Optional.empty();
    private volatile Optional<String> guest = Optional.empty();

    record Request(String line, Optional<String> authorization, String body) {}

    private record Reply(int status, String body) {}

    private FakeRegistryServer(HttpServer server) {
        this.server = server;
        server.createContext("/", this::handle);
        server.start();
    }

    static FakeRegistryServer start() throws IOException {
        return new FakeRegistryServer(HttpServer.create(loopback(), 0));
    }

    static FakeRegistryServer startTls(SSLContext context) throws IOException {
        HttpsServer server = HttpsServer.create(loopback(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context));
        return new FakeRegistryServer(server);
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    String hostAndPort() {
        return "localhost:" + server.getAddress().getPort();
    }

    String url() {
        return "http://" + hostAndPort();
    }

    RegistryConfig config() {
        return new RegistryConfig(Map.of(RegistryConfig.SCHEMA_REGISTRY_URL, url()));
    }

    /** From now on every request gets this. */
    void answerAlways(int status, String body) {
        scripted = Optional.of(new Reply(status, body));
    }

    /** Who comes without exactly these credentials is turned away as Confluent's server does it. */
    void letInOnly(String userInfo) {
        guest = Optional.of("Basic " + Base64.getEncoder().encodeToString(userInfo.getBytes(UTF_8)));
    }

    void answerAsARegistry() {
        scripted = Optional.empty();
    }

    /** Nobody answers from now on. */
    void stop() {
        server.stop(0);
    }

    @Override
    public void close() {
        stop();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            String line = exchange.getRequestMethod() + " " + exchange.getRequestURI();
            Optional<String> authorization =
                    Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"));
            requests.add(new Request(line, authorization, body));
            boolean isStranger = guest.isPresent() && !guest.equals(authorization);
            Reply reply = isStranger
                    ? new Reply(401, "{\"error_code\":401,\"message\":\"Unauthorized\"}")
                    : scripted.isPresent() ? scripted.get() : reply(exchange, body);
            byte[] bytes = reply.body.getBytes(UTF_8);
            exchange.sendResponseHeaders(reply.status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private Reply reply(HttpExchange exchange, String body) throws IOException {
        try {
            return new Reply(200, answer(exchange, body.isEmpty() ? JSON.nullNode() : JSON.readTree(body)));
        } catch (RegistryException e) {
            int status = e.errorCode() < 1000 ? e.errorCode() : e.errorCode() / 100;
            return new Reply(
                    status,
                    JSON.createObjectNode()
                            .put("error_code", e.errorCode())
                            .put("message", e.getMessage())
                            .toString());
        }
    }

    private String answer(HttpExchange exchange, JsonNode body) {
        String[] path = Stream.of(
                        exchange.getRequestURI().getRawPath().substring(1).split("/", -1))
                .map(segment -> URLDecoder.decode(segment, UTF_8))
                .toArray(String[]::new);
        String method = exchange.getRequestMethod();
        @Nullable String last = path.length > 1 ? path[path.length - 1] : null;
        return switch (method + " " + path[0]) {
            case "POST subjects" -> {
                boolean lookup = path.length == 2;
                int id = lookup
                        ? registry.lookup(path[1], schema(body), false)
                        : registry.register(path[1], schema(body), false);
                yield "{\"id\":" + id + "}";
            }
            case "GET subjects" -> {
                SchemaRegistry.Registered latest = registry.latest(path[1]);
                yield JSON.createObjectNode()
                        .put("subject", path[1])
                        .put("id", latest.id())
                        .put("schema", latest.schema().toString())
                        .toString();
            }
            case "GET schemas" -> schemaText(registry.byId(Integer.parseInt(path[2])));
            case "GET config" ->
                registry.compatibility(last)
                        .map(level -> "{\"compatibilityLevel\":\"" + level + "\"}")
                        .orElseThrow(() -> new RegistryException("no config", RegistryException.NO_SUBJECT_CONFIG));
            case "PUT config" -> {
                registry.setCompatibility(
                        last, Compatibility.valueOf(body.path("compatibility").asText()));
                yield body.toString();
            }
            case "POST compatibility" -> {
                List<String> objections = registry.objections(path[2], schema(body));
                yield JSON.createObjectNode()
                        .put("is_compatible", objections.isEmpty())
                        .set("messages", JSON.valueToTree(isTerse ? List.of() : objections))
                        .toString();
            }
            default -> throw new IllegalStateException("the fake does not know " + method + " " + path[0]);
        };
    }

    private static String schemaText(Schema schema) {
        return JSON.createObjectNode().put("schema", schema.toString()).toString();
    }

    private static Schema schema(JsonNode body) {
        return AvroSchemas.parse(body.path("schema").asText());
    }
}
