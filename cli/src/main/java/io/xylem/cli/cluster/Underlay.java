package io.xylem.cli.cluster;

import io.xylem.proxy.ebpf.KernelPath;
import io.xylem.proxy.linux.NetworkNamespace;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The network between the workers: a namespace with a bridge, and one namespace a worker behind it. Nothing of it is
 * seen in the host's own namespace.
 *
 * <pre>
 *  xyl-ID-net:  br0 ── w1 ─┐ ┌─ w2 …            192.168.77.0/24, MTU 1500
 *                          │ │
 *  xyl-ID-w1:             u0 │   192.168.77.1
 *  xyl-ID-w2:               u0   192.168.77.2
 * </pre>
 */
final class Underlay {
    /** Largest worker number: the last host of the /24. */
    static final int MAX_WORKERS = 254;

    private static final Path NAMESPACES = Path.of("/run/netns");

    private final String prefix;

    /** @param id the cluster's; every namespace of it is named {@code xyl-ID-…} */
    Underlay(String id) {
        this.prefix = "xyl-" + id + "-";
    }

    String namespace(String name) {
        return prefix + name;
    }

    /** @param number 1 to {@value #MAX_WORKERS} */
    static String address(int number) {
        return "192.168.77." + number;
    }

    void addSwitch() throws ClusterException {
        String net = namespace("net");
        if (exists(net)) {
            return;
        }
        ip("netns add " + net);
        ipIn(net, "link add br0 type bridge forward_delay 0", "link set br0 up", "link set lo up");
    }

    /** A namespace with the interface {@code u0}, joined to the switch. */
    void addWorker(String worker, int number) throws ClusterException {
        String netns = namespace(worker);
        if (exists(netns)) {
            return;
        }
        ip("netns add " + netns);
        ipIn(
                namespace("net"),
                "link add p%d type veth peer name u0 netns %s".formatted(number, netns),
                "link set p%d master br0".formatted(number),
                "link set p%d up".formatted(number));
        ipIn(netns, "link set lo up", "addr add " + address(number) + "/24 dev u0", "link set u0 up");
    }

    /** An empty namespace, e.g. for an instance. */
    String addPlain(String name) throws ClusterException {
        String netns = namespace(name);
        ip("netns add " + netns);
        ipIn(netns, "link set lo up");
        return netns;
    }

    /** Removes every namespace of the cluster, and with it all that is in it. */
    void removeAll() throws ClusterException {
        for (String line : ip("netns list").lines().toList()) {
            String name = line.split(" ", 2)[0];
            if (name.startsWith(prefix)) {
                unpin(name);
                ip("netns delete " + name);
            }
        }
    }

    /** The flows that a worker's proxy left to the kernel for the next one. */
    private static void unpin(String netns) throws ClusterException {
        try {
            KernelPath.removePinned(NetworkNamespace.of(netns), KernelPath.FILE_SYSTEM);
        } catch (AccessDeniedException _) {
            // Who may not look there has left nothing.
        } catch (IOException e) {
            throw new ClusterException("what the proxy in " + netns + " left in the kernel can't be removed: " + e, e);
        }
    }

    static boolean exists(String netns) {
        return Files.exists(NAMESPACES.resolve(netns));
    }

    private static String ip(String arguments) throws ClusterException {
        return Tool.run(("ip " + arguments).split(" "));
    }

    private static void ipIn(String netns, String... lines) throws ClusterException {
        Tool.run(String.join("\n", lines) + "\n", List.of("ip", "-n", netns, "-batch", "-"));
    }
}
