package io.xylem.proxy.linux;

import io.xylem.model.DualAddress;
import io.xylem.model.Ipv4Prefix;
import io.xylem.model.Ipv6Prefix;
import java.io.IOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How instances and the network outside the overlay reach each other: ports of the node that lead to instances, and the
 * node's address in the place of an instance's. One table of nftables, replaced as a whole with every change, so what is
 * left of a process that was killed goes with the first one.
 *
 * <pre>
 *  outside → node:8080   ── prerouting ── a local address? ──► instance:80     also from the node itself and its instances
 *  outside → beyond:8080 ── prerouting ── no ────────────────► beyond:8080
 *  instance → outside    ── postrouting ── masqueraded? ─────► node → outside
 * </pre>
 *
 * Packets of the overlay are not tracked. From the node itself {@code localhost} is not published: an answer to a loopback
 * address would never leave the instance.
 */
public final class OutsideRules {
    public enum Protocol {
        TCP,
        UDP;

        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public record Port(Protocol protocol, int ofNode, int ofInstance) {}

    /** An instance with the ports of the node that lead to it. */
    public record Exposed(DualAddress namespaceIp, List<Port> ports) {}

    private final NetworkNamespace worker;
    private final String device;
    private final String overlayV4;
    private final String overlayV6;
    private final boolean masquerades;
    private boolean isClear;

    /** @param masquerades whether instances reach outside under the node's address */
    public OutsideRules(
            NetworkNamespace worker,
            String device,
            List<Ipv4Prefix> overlayV4,
            List<Ipv6Prefix> overlayV6,
            boolean masquerades) {
        this.worker = worker;
        this.device = device;
        this.overlayV4 = anyOf(overlayV4);
        this.overlayV6 = anyOf(overlayV6);
        this.masquerades = masquerades;
    }

    /**
     * From now on exactly these hold.
     *
     * @throws IOException when {@code nft} is not there or refuses, and there is something to do for it
     */
    public void set(Collection<Exposed> instances) throws IOException {
        if (isNeeded(instances)) {
            NftCommand.run(worker, script(instances));
            isClear = false;
        } else if (!isClear) {
            clear();
        }
    }

    /** Where there is no {@code nft}, nothing is left of an earlier process. */
    private void clear() throws IOException {
        if (NftCommand.isThere()) {
            NftCommand.run(worker, script(List.of()));
        }
        isClear = true;
    }

    private boolean isNeeded(Collection<Exposed> instances) {
        return instances.stream().anyMatch(one -> masquerades || !one.ports().isEmpty());
    }

    /** Whether nothing in the worker's namespace, the tunnel neither, listens on a port. */
    public boolean isFree(Port port) throws IOException {
        return worker.call(() -> {
            InetSocketAddress any = new InetSocketAddress(port.ofNode());
            try (ServerSocket tcp = new ServerSocket();
                    DatagramSocket udp = new DatagramSocket(null)) {
                tcp.setReuseAddress(true); // what was closed lately does not matter
                switch (port.protocol()) {
                    case TCP -> tcp.bind(any);
                    case UDP -> udp.bind(any);
                }
                return true;
            } catch (BindException e) {
                return !String.valueOf(e.getMessage()).contains("in use");
            }
        });
    }

    private String script(Collection<Exposed> instances) {
        String table = "table inet xylem_" + device;
        List<String> lines =
                new ArrayList<>(List.of(table, "delete " + table)); // the first makes sure that it is there
        if (!isNeeded(instances)) {
            return String.join("\n", lines) + "\n";
        }
        lines.addAll(List.of(
                table + " {",
                "chain untracked {",
                "type filter hook prerouting priority raw; policy accept;",
                "iifname \"" + device + "\" notrack",
                "ip daddr " + overlayV4 + " notrack",
                "ip6 daddr " + overlayV6 + " notrack",
                "}",
                "chain published {",
                "fib daddr type != local return",
                "ip daddr 127.0.0.0/8 return",
                "ip6 daddr ::1 return"));
        for (Exposed one : instances) {
            for (Port port : one.ports()) {
                String matched = port.protocol().text() + " dport " + port.ofNode();
                lines.add("meta nfproto ipv4 " + matched + " dnat ip to "
                        + one.namespaceIp().v4() + ":" + port.ofInstance());
                lines.add("meta nfproto ipv6 " + matched + " dnat ip6 to ["
                        + one.namespaceIp().v6() + "]:" + port.ofInstance());
            }
        }
        lines.addAll(List.of(
                "}",
                "chain arriving {",
                "type nat hook prerouting priority dstnat; policy accept;",
                "jump published",
                "}",
                "chain from_node {",
                "type nat hook output priority -100; policy accept;",
                "jump published",
                "}",
                "chain leaving {",
                "type nat hook postrouting priority srcnat; policy accept;"));
        for (Exposed one : instances) {
            // An instance that dials itself by a port of the node would not take a packet from itself.
            lines.add(fromTo("ip", one.namespaceIp().v4().toString()));
            lines.add(fromTo("ip6", one.namespaceIp().v6().toString()));
        }
        if (masquerades) {
            List<DualAddress> all = instances.stream().map(Exposed::namespaceIp).toList();
            lines.add(masquerade("ip", anyOf(all.stream().map(DualAddress::v4).toList())));
            lines.add(masquerade("ip6", anyOf(all.stream().map(DualAddress::v6).toList())));
        }
        lines.addAll(List.of("}", "}"));
        return String.join("\n", lines) + "\n";
    }

    private static String fromTo(String family, String address) {
        return family + " saddr " + address + " " + family + " daddr " + address + " masquerade";
    }

    private String masquerade(String family, String sources) {
        return family + " saddr " + sources + " oifname != \"" + device + "\" oifname != \"" + WorkerNetwork.HOST_SIDE
                + "*\" masquerade";
    }

    private static String anyOf(Collection<?> elements) {
        return elements.stream().map(Object::toString).collect(Collectors.joining(", ", "{ ", " }"));
    }
}
