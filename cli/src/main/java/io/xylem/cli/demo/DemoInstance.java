package io.xylem.cli.demo;

import com.sun.net.httpserver.HttpServer;
import io.xylem.proxy.linux.NetworkNamespace;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One instance as its worker's host would run it: a network namespace, and sockets that are opened in there and
 * nowhere else.
 */
final class DemoInstance implements AutoCloseable {
    private static final int HTTP_PORT = 80;
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Pattern RTT = Pattern.compile("= [\\d.]+/([\\d.]+)/");

    /**
     * @param server who answered, as it calls itself
     * @param client the address that the server saw
     */
    record Answer(String server, String client) {}

    private final String netns;
    private final NetworkNamespace namespace;
    private final List<HttpServer> servers = new ArrayList<>();

    DemoInstance(String netns) {
        this.netns = netns;
        this.namespace = NetworkNamespace.of(netns);
    }

    String netns() {
        return netns;
    }

    /** Answers every request with its name and the client's address. */
    void serve(String name) throws IOException {
        HttpServer server = namespace.call(() -> HttpServer.create(new InetSocketAddress(HTTP_PORT), 0));
        server.createContext("/", exchange -> {
            try (exchange) {
                InetAddress client = exchange.getRemoteAddress().getAddress();
                byte[] body = (name + " " + client.getHostAddress()).getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        });
        server.start();
        servers.add(server);
    }

    /** One request over a connection of its own; {@code host} is IPv4, or IPv6 without brackets. */
    Answer get(String host) throws IOException {
        String url = "http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + "/";
        String body;
        try {
            body = namespace.call(() -> fetch(url));
        } catch (IOException e) {
            throw new IOException("no answer from " + url + " to " + netns + ": " + e.getMessage(), e);
        }
        int space = body.indexOf(' ');
        return new Answer(body.substring(0, space), body.substring(space + 1));
    }

    private static String fetch(String url) throws IOException {
        var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setConnectTimeout((int) TIMEOUT.toMillis());
        connection.setReadTimeout((int) TIMEOUT.toMillis());
        // A kept connection would stay with its instance; the policy chooses once a connection.
        connection.setRequestProperty("Connection", "close");
        try (InputStream in = connection.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } finally {
            connection.disconnect();
        }
    }

    /** Three echo requests; returns the mean round trip, e.g. {@code 0.312 ms}. */
    String ping(String host) throws IOException {
        String family = host.indexOf(':') >= 0 ? "-6" : "-4";
        // A process started by a thread is in the thread's namespace.
        Process ping =
                namespace.call(() -> new ProcessBuilder("ping", family, "-n", "-c", "3", "-i", "0.2", "-W", "2", host)
                        .redirectErrorStream(true)
                        .start());
        String output = new String(ping.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher rtt = RTT.matcher(output);
        if (!output.contains(" 0% packet loss") || !rtt.find()) {
            throw new DemoException("ping " + host + " from " + netns + " lost packets:\n" + output.strip());
        }
        return rtt.group(1) + " ms";
    }

    @Override
    public void close() {
        servers.forEach(server -> server.stop(0));
    }
}
