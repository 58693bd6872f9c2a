package io.xylem.proxy.linux;

import io.xylem.proxy.Skip;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** Namespaces of one test, named {@code xyl…} with a random part, and removed with it however it ends. */
public final class TestNamespaces implements AutoCloseable {
    private final String suffix =
            HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    private final Deque<NetworkNamespace> made = new ArrayDeque<>();

    /**
     * Skips the test where this machine refuses namespaces, and says so; anywhere with {@code CI} in the environment it
     * fails instead.
     */
    public static TestNamespaces orSkip() throws IOException {
        TestNamespaces namespaces = new TestNamespaces();
        try {
            namespaces.make("probe");
            return namespaces;
        } catch (IOException e) {
            String text = String.valueOf(e.getMessage());
            boolean refused = text.contains("not permitted") || text.contains("denied") || text.contains("cannot run");
            if (!refused || System.getenv("CI") != null) {
                throw e;
            }
            Skip.because("this machine refuses network namespaces: " + text);
            throw e;
        }
    }

    public NetworkNamespace make(String role) throws IOException {
        NetworkNamespace namespace = NetworkNamespace.create("xyl" + suffix + role);
        made.push(namespace);
        return namespace;
    }

    /** Joins two namespaces by a cable with an address at each end, e.g. {@code 192.168.77.1/24}. */
    public void join(NetworkNamespace a, String addressA, NetworkNamespace b, String addressB) throws IOException {
        IpCommand.run(a, "link add name u0 type veth peer name u0 netns " + b.path(), "link set dev u0 up");
        IpCommand.run(b, "link set dev u0 up");
        IpCommand.run(a, "address add " + addressA + " dev u0" + (addressA.contains(":") ? " nodad" : ""));
        IpCommand.run(b, "address add " + addressB + " dev u0" + (addressB.contains(":") ? " nodad" : ""));
    }

    /** Joins any number of namespaces by a switch, each with an address, e.g. {@code 192.168.77.1/24}. */
    public void join(Map<NetworkNamespace, String> addresses) throws IOException {
        NetworkNamespace hub = make("hub");
        IpCommand.run(hub, "link add name br0 type bridge", "link set dev br0 up");
        int port = 0;
        for (Map.Entry<NetworkNamespace, String> one : addresses.entrySet()) {
            String name = "p" + port++;
            IpCommand.run(
                    hub,
                    "link add name " + name + " type veth peer name u0 netns "
                            + one.getKey().path(),
                    "link set dev " + name + " master br0",
                    "link set dev " + name + " up");
            IpCommand.run(one.getKey(), "link set dev u0 up", "address add " + one.getValue() + " dev u0");
        }
    }

    /** The interfaces of a namespace, one a line, as {@code ip} shows them. */
    public static String links(NetworkNamespace namespace) throws IOException {
        return namespace.call(() -> {
            Process process = new ProcessBuilder("ip", "-o", "link").start();
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        });
    }

    @Override
    public void close() throws IOException {
        IOException failure = null;
        while (!made.isEmpty()) {
            try {
                made.pop().delete();
            } catch (IOException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
