package io.xylem.runtime;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side of a process: health, metrics, and what the process itself adds. Every request runs on a virtual thread
 * of its own; a refusal is JSON {@code {"code": …, "message": …}}.
 */
public final class HttpEndpoint implements AutoCloseable {
    /** A request body is a few names; more is refused with 413. */
    private static final int MAX_BODY_BYTES = 1 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(HttpEndpoint.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param rest what stands in the place of the path's {@code *}, decoded; empty without one */
    public record Request(String method, String rest, Map<String, String> query, byte[] body) {
        /** @throws Refused 400 when the body is not the JSON of a {@code type} */
        public <T> T json(Class<T> type) {
            try {
                return JSON.readValue(body, type);
            } catch (IOException e) {
                throw new Refused(400, "MALFORMED_REQUEST", "the body is not the expected JSON: " + e.getMessage());
            }
        }
    }

    /** A body that is made while it is sent. */
    @FunctionalInterface
    public interface Stream {
        /** @throws IOException when the one who asked is gone */
        void writeTo(OutputStream out) throws IOException;
    }

    /** @param stream in the place of the body, if it is not null */
    public record Response(
            int status,
            String contentType,
            byte[] body,
            @Nullable Stream stream) {
        public Response(int status, String contentType, byte[] body) {
            this(status, contentType, body, null);
        }

        /** 200; each flush reaches the one who asked. */
        public static Response stream(String contentType, Stream stream) {
            return new Response(200, contentType, new byte[0], stream);
        }

        public static Response json(Object value) {
            return json(200, value);
        }

        public static Response json(int status, Object value) {
            try {
                return new Response(status, "application/json", JSON.writeValueAsBytes(value));
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
        }

        public static Response text(String value) {
            return new Response(200, "text/plain; charset=utf-8", value.getBytes(StandardCharsets.UTF_8));
        }

        public static Response empty(int status) {
            return new Response(status, "", new byte[0]);
        }
    }

    /** An answer that is not what was asked for, with a stable code and a message for people. */
    public static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final int status;
        private final String code;

        public Refused(int status, String code, String message) {
            super(message, null, false, false);
            this.status = status;
            this.code = code;
        }

        public int status() {
            return status;
        }

        public String code() {
            return code;
        }
    }

    /** Answers one request. Any exception but {@link Refused} is a 500 and is logged. */
    @FunctionalInterface
    public interface Handler {
        Response handle(Request request) throws Exception;
    }

    /** @param detail why, for people */
    public record Health(boolean ok, String detail) {}

    private record Route(String method, String path, Handler handler) {
        boolean matches(String requested) {
            return path.endsWith("*") ? requested.startsWith(stem()) : requested.equals(path);
        }

        String stem() {
            return path.substring(0, path.length() - 1);
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Route> routes = new ArrayList<>();

    /**
     * Binds at once, answers after {@link #start}.
     *
     * @param listen {@code host:port}; port 0 takes a free one
     */
    public HttpEndpoint(String listen) throws IOException {
        int colon = listen.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("'" + listen + "' is not host:port");
        }
        String host = listen.substring(0, colon).replaceAll("[\\[\\]]", "");
        server = HttpServer.create(new InetSocketAddress(host, Integer.parseInt(listen.substring(colon + 1))), 0);
        server.setExecutor(threads);
    }

    /** @param path exact, or with a {@code *} as its last character for everything below. Earlier routes win. */
    public HttpEndpoint route(String method, String path, Handler handler) {
        routes.add(new Route(method, path, handler));
        return this;
    }

    /** {@code /health/live} and {@code /health/ready}: 200 or 503, each with its reason; and {@code /metrics}. */
    public HttpEndpoint operations(Supplier<Health> live, Supplier<Health> ready, Metrics metrics) {
        return route("GET", "/health/live", request -> health(live.get()))
                .route("GET", "/health/ready", request -> health(ready.get()))
                .route(
                        "GET",
                        "/metrics",
                        request -> Response.text(metrics.registry().scrape()));
    }

    private static Response health(Health health) {
        return Response.json(health.ok() ? 200 : 503, health);
    }

    public HttpEndpoint start() {
        server.createContext("/", this::serve);
        server.start();
        return this;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
    }

    private void serve(HttpExchange exchange) throws IOException {
        Response response;
        try {
            response = answer(exchange);
        } catch (Refused e) {
            response = Response.json(e.status(), Map.of("code", e.code(), "message", e.getMessage()));
        } catch (Exception e) {
            LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
            response = Response.json(500, Map.of("code", "INTERNAL", "message", String.valueOf(e)));
        }
        try (exchange) {
            if (!response.contentType().isEmpty()) {
                exchange.getResponseHeaders().set("Content-Type", response.contentType());
            }
            Stream stream = response.stream();
            if (stream != null) {
                exchange.sendResponseHeaders(response.status(), 0);
                stream.writeTo(exchange.getResponseBody());
                return;
            }
            // -1 says that no body follows; 0 would mean chunked.
            exchange.sendResponseHeaders(response.status(), response.body().length == 0 ? -1 : response.body().length);
            exchange.getResponseBody().write(response.body());
        }
    }

    private Response answer(HttpExchange exchange) throws Exception {
        String path = exchange.getRequestURI().getRawPath();
        byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
        if (body.length > MAX_BODY_BYTES) {
            throw new Refused(413, "TOO_LARGE", "a request body has at most " + MAX_BODY_BYTES + " bytes");
        }
        List<Route> matching =
                routes.stream().filter(route -> route.matches(path)).toList();
        if (matching.isEmpty()) {
            throw new Refused(
                    404,
                    "NOT_FOUND",
                    "no '" + path + "' here; there are "
                            + routes.stream()
                                    .map(route -> route.method() + " " + route.path())
                                    .toList());
        }
        String method = exchange.getRequestMethod();
        for (Route route : matching) {
            if (route.method().equals(method)) {
                String rest = route.path().endsWith("*")
                        ? decode(path.substring(route.stem().length()))
                        : "";
                return route.handler()
                        .handle(new Request(
                                method, rest, query(exchange.getRequestURI().getRawQuery()), body));
            }
        }
        throw new Refused(
                405,
                "METHOD_NOT_ALLOWED",
                path + " takes " + matching.stream().map(Route::method).toList() + ", not " + method);
    }

    private static Map<String, String> query(@Nullable String raw) {
        Map<String, String> values = new HashMap<>();
        if (raw != null) {
            for (String pair : raw.split("&", -1)) {
                int equals = pair.indexOf('=');
                values.put(
                        decode(equals < 0 ? pair : pair.substring(0, equals)),
                        equals < 0 ? "" : decode(pair.substring(equals + 1)));
            }
        }
        return values;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }
}
